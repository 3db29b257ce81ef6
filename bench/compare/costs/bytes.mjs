import { builtinModules } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

export const rows = [
  {
    id: 'gzipped',
    name: 'Bytes shipped, minified and gzipped, with what its user writes',
    unit: 'B',
    digits: 0,
    better: 'lower',
    why: 'What does less is smaller: none of the smaller ones does what the rows on behaviour tell.',
  },
]

/** What the contestant's file adds to a browser bundle, its HTTP client not counted. */
export async function measure(contestants) {
  const values = {}
  for (const { id } of contestants) values[id] = { gzipped: await sizeOf(id) }
  return { values }
}

async function sizeOf(id) {
  const entry = fileURLToPath(new URL(`../contestants/${id}.mjs`, import.meta.url))
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    // What is loaded when it is used makes a file of its own.
    splitting: true,
    outdir: 'out',
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    external: ['axios', 'node:*', ...builtinModules],
    logLevel: 'error',
  })
  const { outputs } = metafile
  const isEntry = (name) => outputs[name].entryPoint?.endsWith(`contestants/${id}.mjs`)
  const atOnce = new Set(Object.keys(outputs).filter(isEntry))
  for (const name of atOnce) {
    for (const { path, kind } of outputs[name].imports) {
      if (kind === 'import-statement' && outputs[path]) atOnce.add(path)
    }
  }
  return [...atOnce].reduce((sum, name) => sum + gzipped(name), 0)

  function gzipped(name) {
    const { contents } = outputFiles.find(({ path }) => path.endsWith(`/${name}`))
    return gzipSync(contents, { level: 9 }).length
  }
}
