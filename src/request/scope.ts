import type { InternalAxiosRequestConfig } from 'axios'
import { ownProperty } from '../lib/own-properties.js'
import { isSecure, parseURL } from '../lib/url.js'

/** Decides who may see the token. */
export interface Scope {
  /** Whether this request goes to Caspio, so that it gets the token. */
  includesRequest(config: InternalAxiosRequestConfig): boolean
  /** Whether the token may be sent to this absolute URL. */
  includesURL(url: string): boolean
}

/** What an account's scope depends on. */
export interface ScopeSettings {
  /** The origins of the account itself, and those that the user named. */
  readonly origins: ReadonlySet<string>
  /** Never gets an access token. */
  readonly tokenEndpoint: URL | undefined
  /** The instance's defaults: the origin of their `baseURL` is in scope, too. */
  readonly defaults: () => object
  /** Whether an origin belongs to another account, so that a `baseURL` does not bring it in. */
  readonly belongsToAnother: (origin: string) => boolean
}

// Axios's own test: "scheme://" or "//".
const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i

export function createScope(settings: ScopeSettings): Scope {
  const { origins, tokenEndpoint, defaults, belongsToAnother } = settings
  const knownStarts = [...origins].map((origin) => `${origin}/`)
  const mayBeEndpoint = endpointPattern(tokenEndpoint)

  function includesRequest(config: InternalAxiosRequestConfig): boolean {
    if (!usesInstanceSocket(config, defaults())) return false
    const { url, baseURL } = config
    // Nothing that follows "https://host/" changes the origin. Parsing each URL would take 1 µs.
    const start = String(isJoined(config) ? baseURL : url)
    const mayBeKnown = !mayBeEndpoint.test(`${url}`) && !mayBeEndpoint.test(`${baseURL}`)
    const isKnown = mayBeKnown && knownStarts.some((known) => start.startsWith(known))
    return isKnown || includesURL(finalURL(config))
  }

  function includesURL(text: string): boolean {
    const url = parse(text)
    if (!url || !isSecure(url) || url.username || url.password) return false
    const { origin } = url
    if (origin === tokenEndpoint?.origin && hasSamePath(url, tokenEndpoint)) return false
    return (
      origins.has(origin) ||
      (origin === parse(ownProperty(defaults(), 'baseURL'))?.origin && !belongsToAnother(origin))
    )
  }

  return { includesRequest, includesURL }
}

// A socket of the request's own leads somewhere else, whatever its URL says.
function usesInstanceSocket({ socketPath }: InternalAxiosRequestConfig, defaults: object): boolean {
  return (socketPath ?? undefined) === (ownProperty(defaults, 'socketPath') ?? undefined)
}

/** Whether axios will join the URL to the `baseURL`. */
function isJoined({ url, baseURL, allowAbsoluteUrls }: InternalAxiosRequestConfig): boolean {
  return Boolean(baseURL) && (allowAbsoluteUrls === false || !ABSOLUTE.test(`${url}`))
}

/** The URL as axios will put it together. */
function finalURL(config: InternalAxiosRequestConfig): string {
  const { url = '', baseURL } = config
  if (!isJoined(config)) return String(url)
  return url
    ? `${String(baseURL).replace(/\/?\/$/, '')}/${String(url).replace(/^\/+/, '')}`
    : String(baseURL)
}

/** Matches whatever may be the token endpoint: its last part, or what the URL parser drops. */
function endpointPattern(tokenEndpoint: URL | undefined): RegExp {
  if (!tokenEndpoint) return /[\t\n\r]/
  // A path with other characters can be written in several ways: then each URL is parsed.
  const [, last = ''] = /\/([\w.-]+)$/.exec(tokenEndpoint.pathname) ?? []
  return new RegExp(`[\\t\\n\\r]|${last}`, 'i')
}

// Caspio's server ignores the case.
function hasSamePath(a: URL, b: URL): boolean {
  return a.pathname.toLowerCase() === b.pathname.toLowerCase()
}

// In a browser a relative URL counts from the page, or from its <base>.
function parse(text: unknown): URL | undefined {
  const { document, location } = globalThis
  return text ? parseURL(String(text), document?.baseURI ?? location?.href) : undefined
}
