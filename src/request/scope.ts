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

  function includesRequest(config: InternalAxiosRequestConfig): boolean {
    return usesInstanceSocket(config, defaults()) && includesURL(finalURL(config))
  }

  function includesURL(text: string | undefined): boolean {
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

/** The URL as axios will put it together. Not with axios's getUri, which takes longer than the rest. */
function finalURL({ url, baseURL, allowAbsoluteUrls }: InternalAxiosRequestConfig) {
  if (!url) return baseURL
  if (!baseURL || (allowAbsoluteUrls !== false && ABSOLUTE.test(url))) return url
  return `${baseURL.replace(/\/?\/$/, '')}/${url.replace(/^\/+/, '')}`
}

// Caspio's server ignores the case.
function hasSamePath(a: URL, b: URL): boolean {
  return a.pathname.toLowerCase() === b.pathname.toLowerCase()
}

// In a browser a relative URL counts from the page, or from its <base>.
function parse(text: unknown): URL | undefined {
  const { document, location } = globalThis
  return text ? parseURL(text as string, document?.baseURI ?? location?.href) : undefined
}
