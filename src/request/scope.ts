import type { InternalAxiosRequestConfig } from 'axios'
import { Axios } from '../lib/axios.js'
import { ownField } from '../lib/own-properties.js'
import { isSecure, parseURL } from '../lib/url.js'

/** Who may see the token. */
export interface Scope {
  /** Whether this request goes to Caspio, so that it gets the token. */
  covers(config: InternalAxiosRequestConfig): boolean
  /** Whether the token may go to this absolute URL. */
  allows(url: string): boolean
  /** Forgets its verdicts: to be called when `yields` would answer differently. */
  reset(): void
}

const MAX_VERDICTS = 100

// As axios decides it: "scheme://" or "//".
const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i

const bare = new Axios({})

/**
 * @param own the account's own origins
 * @param tokenEndpoint is out of scope itself
 * @param defaults of the instance: its `baseURL`'s origin is in scope
 * @param yields whether that origin is another account's own
 */
export function createScope(
  own: ReadonlySet<string>,
  tokenEndpoint: URL | undefined,
  defaults: () => object,
  yields: (origin: string) => boolean,
): Scope {
  const endpoint = endpointPattern(tokenEndpoint)
  // Who polls asks for one URL again and again.
  let lastURL: string | undefined
  let lastMayBeEndpoint = false
  // By what URLs begin with, so that the common request costs no URL parse.
  const verdicts = new Map<string, boolean>()
  let baseURL: unknown

  function covers(config: InternalAxiosRequestConfig): boolean {
    const instance: { baseURL?: unknown; socketPath?: unknown } = defaults()
    const hasSocket = (config.socketPath ?? instance.socketPath) != null
    if (hasSocket && !isSocketOf(instance, config)) return false
    if (instance.baseURL !== baseURL) {
      baseURL = instance.baseURL
      verdicts.clear()
    }
    const { url } = config
    if (typeof url !== 'string' || mayBeEndpoint(url)) return judgeRequest(config)
    let start = config.baseURL
    if (!isPath(url) && ABSOLUTE.test(url)) {
      const end = url.indexOf('/', 8)
      start = end > 0 && config.allowAbsoluteUrls !== false ? url.slice(0, end) : undefined
    }
    if (!start) return judgeRequest(config)
    const known = verdicts.get(start)
    if (known !== undefined) return known
    // Only where the origin ends with a "/" nothing that follows can change it.
    if (endpoint.test(start) || !`${start}/`.startsWith(`${parseURL(start)?.origin}/`)) {
      return judgeRequest(config)
    }
    const verdict = allows(start)
    if (verdicts.size >= MAX_VERDICTS) verdicts.clear()
    verdicts.set(start, verdict)
    return verdict
  }

  function mayBeEndpoint(url: string): boolean {
    if (url !== lastURL) {
      lastMayBeEndpoint = endpoint.test(url)
      lastURL = url
    }
    return lastMayBeEndpoint
  }

  function judgeRequest({ url, baseURL, allowAbsoluteUrls }: InternalAxiosRequestConfig): boolean {
    try {
      return allows(bare.getUri({ url, baseURL, allowAbsoluteUrls } as InternalAxiosRequestConfig))
    } catch {
      // axios will say what is wrong with it.
      return false
    }
  }

  function allows(text: string): boolean {
    const url = parse(text)
    if (!url || !isSecure(url) || url.username || url.password) return false
    const { origin } = url
    if (origin === tokenEndpoint?.origin && samePath(url, tokenEndpoint)) return false
    return (
      own.has(origin) ||
      (origin === parse(ownField(defaults(), 'baseURL'))?.origin && !yields(origin))
    )
  }

  return { covers, allows, reset: () => verdicts.clear() }
}

// A socket of the request's own leads elsewhere, whatever the URL says.
function isSocketOf(instance: object, { socketPath }: InternalAxiosRequestConfig): boolean {
  return (socketPath ?? undefined) === (ownField(instance, 'socketPath') ?? undefined)
}

// "/" and no further "/": surely not absolute, and told sooner than by a pattern.
function isPath(url: string): boolean {
  return url.charCodeAt(0) === 47 && url.charCodeAt(1) !== 47
}

/**
 * What the token endpoint's URL has in it, however it is written: its last part in any case, or
 * white space that the parser drops. What matches is looked at in full.
 */
function endpointPattern(tokenEndpoint: URL | undefined): RegExp {
  if (!tokenEndpoint) return /[\t\n\r]/
  const last = tokenEndpoint.pathname.split('/').pop() as string
  // What can be written in more than one way is looked at each time.
  return new RegExp(/^[\w.-]+$/.test(last) ? `[\\t\\n\\r]|${last}` : '', 'i')
}

// Caspio's server does not mind the case.
function samePath(a: URL, b: URL): boolean {
  return a.pathname.toLowerCase() === b.pathname.toLowerCase()
}

// In a browser, what is relative counts from the page, or from its <base>.
function parse(text: unknown): URL | undefined {
  const { document, location } = globalThis
  return text ? parseURL(text as string, document?.baseURI ?? location?.href) : undefined
}
