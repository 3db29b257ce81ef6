import type { InternalAxiosRequestConfig } from 'axios'
import { ignoresAllowAbsoluteUrls } from '../lib/old-axios.js'
import { ownProperty } from '../lib/own-properties.js'
import { isSecure, parseURL } from '../lib/url.js'

/** Where a request goes. */
export interface Destination {
  readonly origin: string
  /** Without user, password, query and fragment. */
  readonly address: string
  /** Whether the URL has a user or a password, which axios sends instead of the token. */
  readonly hasUser: boolean
}

/** Decides who may see the token. */
export interface Scope {
  /** Where this request goes; undefined if not to Caspio. */
  destinationOf(config: InternalAxiosRequestConfig): Destination | undefined
  /** Whether the token may be sent to this absolute URL. */
  includesURL(url: string): boolean
}

const MOST_DESTINATIONS = 100

// axios's own test: "scheme://" or "//".
const ABSOLUTE = /^([a-z][a-z\d+\-.]*:)?\/\//i

/**
 * @param origins those of the account itself, and those that the user named
 * @param tokenEndpoint never gets an access token
 * @param instance the origin of the `baseURL` in its defaults is in scope, too
 * @param belongsToAnother whether an origin belongs to another account, so that a `baseURL` does not
 *   bring it in
 */
export function createScope(
  origins: ReadonlySet<string>,
  tokenEndpoint: URL | undefined,
  instance: { readonly defaults: object },
  belongsToAnother: (origin: string) => boolean,
): Scope {
  // Where the last URLs lead, for one baseURL. Finding it out again would take 3 µs.
  const destinations = new Map<string, Destination | undefined>()
  let lastBaseURL: unknown
  const endpointAddress = tokenEndpoint && addressOf(tokenEndpoint).toLowerCase()

  /** Where a request goes, whether or not that is in scope. */
  function anyDestinationOf(config: InternalAxiosRequestConfig): Destination | undefined {
    const { url, baseURL } = config
    // Only an own property: an old axios ignores an inherited one when it sends.
    const allowAbsoluteUrls = ownProperty(config, 'allowAbsoluteUrls') ?? true
    if (baseURL !== lastBaseURL || destinations.size > MOST_DESTINATIONS) destinations.clear()
    lastBaseURL = baseURL
    // A URL object can change, and what is relative may lead somewhere else the next time.
    const isLasting =
      typeof url === 'string' && typeof baseURL !== 'object' && allowAbsoluteUrls === true
    if (isLasting && destinations.has(url)) return destinations.get(url)
    const text = finalURL(config, allowAbsoluteUrls)
    const destination = destinationOfURL(text)
    if (isLasting && /^https?:/i.test(text)) destinations.set(url, destination)
    return destination
  }

  /** Undefined if no token may be sent to this URL, whatever its user. */
  function destinationOfURL(text: string): Destination | undefined {
    const url = resolve(text)
    if (!url || !isSecure(url)) return undefined
    const address = addressOf(url)
    // Caspio's server ignores the case.
    if (address.toLowerCase() === endpointAddress) return undefined
    return { origin: url.origin, address, hasUser: !!(url.username || url.password) }
  }

  function isIncluded({ origin }: Destination): boolean {
    if (origins.has(origin)) return true
    const baseURL = ownProperty(instance.defaults, 'baseURL') as string
    const base = anyDestinationOf({ url: '', baseURL } as InternalAxiosRequestConfig)
    return origin === base?.origin && !belongsToAnother(origin)
  }

  return {
    destinationOf(config) {
      const destination = anyDestinationOf(config)
      return destination && isIncluded(destination) && usesInstanceSocket(config, instance.defaults)
        ? destination
        : undefined
    },
    includesURL(text) {
      const destination = destinationOfURL(text)
      return destination?.hasUser === false && isIncluded(destination)
    },
  }
}

/** A socket of the request's own leads somewhere else, whatever the URL says. */
function usesInstanceSocket({ socketPath }: InternalAxiosRequestConfig, defaults: object): boolean {
  return (socketPath ?? undefined) === (ownProperty(defaults, 'socketPath') ?? undefined)
}

/** The URL as axios will put it together. Empty if that depends on the version of axios. */
function finalURL(
  { url, baseURL }: InternalAxiosRequestConfig,
  allowAbsoluteUrls: unknown,
): string {
  const base = String(baseURL ?? '')
  if (!url) return base
  if (!base) return String(url)
  if (!ABSOLUTE.test(url) || (allowAbsoluteUrls === false && !ignoresAllowAbsoluteUrls)) {
    return `${base.replace(/\/?\/$/, '')}/${String(url).replace(/^\/+/, '')}`
  }
  // biome-ignore lint/suspicious/noDoubleEquals: so does axios before 1.16
  return allowAbsoluteUrls == false ? '' : String(url)
}

const addressOf = ({ origin, pathname }: URL): string => origin + pathname

// In a browser a relative URL counts from the page, or from its <base>.
function resolve(text: string): URL | undefined {
  const { document, location } = globalThis
  return text ? parseURL(text, document?.baseURI ?? location?.href) : undefined
}
