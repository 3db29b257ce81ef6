import { readFile } from 'node:fs/promises'
import { outputOf } from './processes.mjs'

// What public clients of Caspio pin, the first version of the range, and those around a change that matters.
const CHOSEN = [
  '1.6.0',
  '1.6.8',
  '1.7.9',
  '1.8.4',
  '1.9.0',
  '1.11.0',
  '1.12.2',
  '1.13.2',
  '1.13.6',
  '1.15.2',
  '1.16.1',
  '1.20.0',
]

// Used if the registry cannot be reached.
const NEWEST = '1.21.1'

/** The tested versions of axios, oldest first: the chosen ones and the newest of the peer range. */
export async function axiosVersions() {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const range = JSON.parse(manifest).peerDependencies.axios
  return { range, versions: [...CHOSEN, await newestOf(range)] }
}

async function newestOf(range) {
  try {
    const answer = await outputOf('npm', ['view', `axios@${range}`, 'version', '--json'])
    return [JSON.parse(answer)].flat().sort(byVersion).at(-1)
  } catch {
    return NEWEST
  }
}

/** Whether a version of axios has this adapter. */
export function hasAdapter(version, adapter) {
  const [major, minor] = version.split('.').map(Number)
  return major > 1 || minor >= ({ fetch: 7, http2: 13 }[adapter] ?? 0)
}

function byVersion(a, b) {
  return a.localeCompare(b, 'en', { numeric: true })
}
