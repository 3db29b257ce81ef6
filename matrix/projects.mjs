import { cp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { outputOf } from './processes.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const CLIENT = fileURLToPath(new URL('client', import.meta.url))

/** Builds and packs the package. Resolves to the tarball. */
export async function packTarball(folder) {
  await outputOf('npm', ['pack', '--pack-destination', folder], { cwd: ROOT })
  const name = (await readdir(folder)).find((file) => file.endsWith('.tgz'))
  return join(folder, name)
}

/**
 * Creates projects like those of users: one for each version of axios, installed by npm together with
 * the tarball.
 *
 * @returns a function that resolves a version of axios to the folder of its project
 */
export function createProjects(folder, tarball) {
  const projects = new Map()
  return (axios) => {
    if (!projects.has(axios)) {
      projects.set(axios, createProject(join(folder, `axios-${axios}`), tarball, axios))
    }
    return projects.get(axios)
  }
}

async function createProject(folder, tarball, axios) {
  await cp(CLIENT, folder, { recursive: true })
  const dependencies = { axios, 'axios-caspio-auth': `file:${tarball}` }
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies })
  await writeFile(join(folder, 'package.json'), manifest)
  const flags = ['--prefer-offline', '--no-audit', '--no-fund']
  await outputOf('npm', ['install', '--ignore-scripts', ...flags], { cwd: folder })
  return folder
}
