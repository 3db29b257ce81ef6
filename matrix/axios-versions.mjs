import { readFile } from 'node:fs/promises'
import { outputOf } from './processes.mjs'

// The last releases of some minor versions below the range.
const BELOW = ['1.13.6', '1.14.0', '1.15.2', '1.16.0']

// Used if the registry cannot be reached.
const KNOWN = ['1.16.1', '1.17.0', '1.18.0', '1.18.1', '1.19.0', '1.20.0', '1.21.0', '1.21.1']

/** All versions of axios in the peer range, oldest first, and some below it. */
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
