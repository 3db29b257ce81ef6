import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Installs the pinned peers and the packed plugin into one folder, so that all use the same axios.
 */
export async function install() {
  const folder = await mkdtemp(join(tmpdir(), 'compare-'))
  try {
    await npm(here, 'ci')
    await npm(root, 'pack', '--pack-destination', folder)
    const [tarball] = await readdir(folder)
    await npm(here, 'install', '--no-save', '--no-package-lock', join(folder, tarball))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function npm(cwd, ...args) {
  const shell = process.platform === 'win32'
  await promisify(execFile)('npm', args, { cwd, shell, maxBuffer: 2 ** 26 })
}
