import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { outputOf } from './processes.mjs'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

/** Installs the runtimes and tools that package.json pins, unless they are installed already. */
export async function installTools() {
  const [wanted, installed] = await Promise.all(
    ['package-lock.json', 'node_modules/.package-lock.json'].map((name) =>
      stat(new URL(name, import.meta.url)).catch(() => undefined),
    ),
  )
  if (installed && installed.mtimeMs >= wanted.mtimeMs) return
  console.log('installing the runtimes and tools of the matrix, about 1.2 GB')
  await outputOf('npm', ['ci', '--ignore-scripts'], { cwd: FOLDER })
}

/** The versions of all tools that the page names, except Chromium. */
export function toolVersions() {
  const require = createRequire(import.meta.url)
  const versionOf = (name) => {
    try {
      return require(`${name}/package.json`).version
    } catch {
      return undefined
    }
  }
  return {
    package: versionOf('..'),
    esbuild: versionOf('esbuild'),
    vite: versionOf('vite'),
    workerd: versionOf('workerd'),
    miniflare: versionOf('miniflare'),
    playwright: versionOf('playwright-core'),
  }
}
