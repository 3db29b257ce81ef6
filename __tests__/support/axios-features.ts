import axios from 'axios'

const [, minor = 0, patch = 0] = axios.VERSION.split('.').map(Number)

function isSince(minMinor: number, minPatch = 0): boolean {
  return minor > minMinor || (minor === minMinor && patch >= minPatch)
}

/** What the axios under test can do. */
export const CAN = {
  /** Calls `beforeRedirect` with a second argument. */
  tellRedirects: isSince(6, 6),
  /** Reads the platform's `Headers`. */
  readHeaders: isSince(16),
  /** Parses `http:host` as a browser does, not relative to http://localhost. */
  parseWithoutBase: isSince(7),
  /** `adapter: 'fetch'`. */
  fetch: isSince(7),
  /** A `File` as the body. */
  sendFile: isSince(7),
  /** `transitional.legacyInterceptorReqResOrdering`. */
  reorderInterceptors: isSince(13, 3),
  /** Aborts `adapter: 'fetch'` with the signal's own reason. */
  abortFetchWithReason: isSince(7),
  /** `env.fetch`. */
  replaceFetch: isSince(12),
  /** User name and password in a URL, with the fetch adapter. */
  fetchUserinfo: isSince(16, 2),
  /** Obeys `allowAbsoluteUrls: false` in every adapter. */
  forbidAbsoluteUrls: isSince(8, 3),
  /** `httpVersion: 2`. */
  http2: isSince(13),
  /** Obeys `maxContentLength` with the fetch adapter. */
  limitFetchAnswers: isSince(16),
  /** Redacts `config.redact` in every error's `toJSON()`. */
  redact: isSince(16),
  /** Ignores most of what is on `Object.prototype`. */
  resistPollution: isSince(16),
  /** Opens a tunnel to an https URL if `proxy` is set. */
  openTunnel: isSince(16, 1),
  /** Obeys the `ca` of the agent when it opens a tunnel through a proxy itself. */
  verifyTunnel: isSince(17),
}

export type Adapter = 'http' | 'fetch'

/** The adapters of Node. */
export const ADAPTERS: readonly Adapter[] = CAN.fetch ? ['http', 'fetch'] : ['http']
