import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<script type="module" src="/page.js"></script>
`

/** Bundles the page of a project. Resolves to the folder to serve. */
export async function bundlePage(project, bundler) {
  const folder = join(project, `out-${bundler.toLowerCase()}`)
  await (bundler === 'Vite' ? bundleWithVite : bundleWithEsbuild)(project, folder)
  return folder
}

async function bundleWithEsbuild(project, outdir) {
  await esbuild({
    entryPoints: [join(project, 'page.js')],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    outdir,
    logLevel: 'error',
  })
  await writeFile(join(outdir, 'index.html'), PAGE)
}

async function bundleWithVite(project, outDir) {
  const { build } = await import('vite')
  await mkdir(outDir, { recursive: true })
  await writeFile(join(project, 'index.html'), PAGE)
  await build({ root: project, configFile: false, logLevel: 'error', build: { outDir } })
}

/** Bundles the worker of a project as Wrangler does. Resolves to its file. */
export async function bundleWorker(project) {
  const outfile = join(project, 'out-worker.mjs')
  await esbuild({
    entryPoints: [join(project, 'worker.js')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    outfile,
    logLevel: 'error',
  })
  return outfile
}
