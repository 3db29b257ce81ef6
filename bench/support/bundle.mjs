import { builtinModules } from 'node:module'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/**
 * Bundles a module for a browser, without axios. Returns the size of what is loaded immediately, the
 * size of what is loaded later, and the names of external imports.
 */
export async function bundle(contents, resolveDir, external = []) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    // Code that is loaded later goes to a separate file.
    splitting: true,
    outdir: 'out',
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    // Built-in modules are external, so that the caller can report them.
    external: ['axios', 'node:*', ...builtinModules, ...external],
    logLevel: 'error',
  })
  const outputs = Object.entries(metafile.outputs)
  const [entry] = outputs.find(([, { entryPoint }]) => entryPoint === '<stdin>')
  const atOnce = new Set([entry])
  for (const name of atOnce) {
    for (const { path, kind } of metafile.outputs[name].imports) {
      if (kind === 'import-statement' && metafile.outputs[path]) atOnce.add(path)
    }
  }
  const imports = outputs.flatMap(([, output]) => output.imports.map(({ path }) => path))
  const later = outputs.map(([name]) => name).filter((name) => !atOnce.has(name))
  return {
    ...sizeOf(atOnce),
    later: sizeOf(later),
    imports: [...new Set(imports)].filter((path) => !metafile.outputs[path]),
  }

  function sizeOf(names) {
    const codes = [...names].map(
      (name) => outputFiles.find(({ path }) => path.endsWith(`/${name}`)).contents,
    )
    return {
      minified: codes.reduce((sum, code) => sum + code.length, 0),
      gzipped: codes.reduce((sum, code) => sum + gzipSync(code, { level: 9 }).length, 0),
    }
  }
}
