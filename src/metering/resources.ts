import { printable } from '../lib/redact.js'

/** For what has no name: another path, and names beyond the most that are kept. */
export const OTHER = 'other'

export const TOKEN_RESOURCE = 'oauth/token'

const MOST_NAMES = 1_000
const MOST_PREFIXES = 8_192
// A longer URL is not kept. With it, the prefix would keep the whole URL in memory.
const LONGEST_KEPT = 256
const LONGEST_NAME = 100

const API_START = '/rest/v'
const API_PATH = /\/rest\/v\d+\//i

/**
 * Returns a function that names what a URL leads to: `tables/Orders`, `views/Open`, `files`. It never
 * returns more than 1,002 names.
 */
export function createResources(): (url: string) => string {
  const names = new Set([OTHER])
  // To read the name again would take as long as the rest of the count.
  const known = new Map<string, string>()

  function nameOf(prefix: string): string {
    const name = resourceName(prefix)
    if (names.size > MOST_NAMES && !names.has(name)) return OTHER
    names.add(name)
    return name
  }

  return (url) => {
    const prefix = prefixOf(url)
    let name = known.get(prefix)
    if (name === undefined) {
      name = nameOf(prefix)
      if (known.size < MOST_PREFIXES && url.length <= LONGEST_KEPT) known.set(prefix, name)
    }
    return name
  }
}

/** The beginning of the URL that its name depends on: without a record, a field or a file. */
function prefixOf(url: string): string {
  const api = url.indexOf(API_START)
  // A URL without such a path has no name, whatever prefix it gets.
  const start = api < 0 ? url.search(API_PATH) : api
  const versionEnd = url.indexOf('/', start + API_START.length)
  const kindEnd = url.indexOf('/', versionEnd + 1)
  if (kindEnd < 0) return url
  // A regular expression would take longer than all of the rest. `tables` and `views` begin with these
  // letters, in upper or lower case.
  if (!'tvTV'.includes(url.charAt(versionEnd + 1))) return url.slice(0, kindEnd)
  const nameEnd = url.indexOf('/', kindEnd + 1)
  return nameEnd < 0 ? url : url.slice(0, nameEnd)
}

function resourceName(prefix: string): string {
  const api = API_PATH.exec(prefix)
  const [kind = '', object = ''] = api ? prefix.slice(api.index + api[0].length).split('/') : []
  if (!/^[a-z]{2,40}$/i.test(kind)) return OTHER
  // Only these have names worth counting. Everything else is known by an ID.
  if (!/^(tables|views)$/i.test(kind)) return kind
  const name = readable(object)
  return `${kind.toLowerCase()}${name && '/'}${name.slice(0, LONGEST_NAME)}`
}

function readable(object: string): string {
  let name = object
  try {
    name = decodeURIComponent(object)
  } catch {
    // Not encoded.
  }
  return printable(name.replace(/[?#].*/s, ''))
}
