import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Installs the peers as pinned, and the plugin as it is packed beside them, so that all are on one
 * axios.
 */
export async function install() {
  const place = await mkdtemp(join(tmpdir(), 'compare-'))
  try {
    await npm(here, 'ci')
    await npm(root, 'pack', '--pack-destination', place)
    const [tarball] = await readdir(place)
    await npm(here, 'install', '--no-save', '--no-package-lock', join(place, tarball))
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function npm(cwd, ...args) {
  const shell = process.platform === 'win32'
  await promisify(execFile)('npm', args, { cwd, shell, maxBuffer: 2 ** 26 })
}
