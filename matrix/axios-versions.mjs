import { readFile } from 'node:fs/promises'
import { outputOf } from './processes.mjs'

// The last of some minor versions below the range, for those who wonder.
const BELOW = ['1.13.6', '1.14.0', '1.15.2', '1.16.0']

// Where the registry cannot be asked.
const KNOWN = ['1.16.1', '1.17.0', '1.18.0', '1.18.1', '1.19.0', '1.20.0', '1.21.0', '1.21.1']

/** Every axios that there is of the peer range, oldest first, and some from below it. */
export async function axiosVersions() {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
  const range = JSON.parse(manifest).peerDependencies.axios
  return { range, claimed: (await published(range)).sort(byVersion), below: BELOW }
}

async function published(range) {
  try {
    const answer = await outputOf('npm', ['view', `axios@${range}`, 'version', '--json'])
    return [JSON.parse(answer)].flat()
  } catch {
    return [...KNOWN]
  }
}

function byVersion(a, b) {
  return a.localeCompare(b, 'en', { numeric: true })
}
