import type { AxiosRequestConfig } from 'axios'
import { memberOf, withoutPrototype } from '../lib/own-properties.js'

/** The settings that say how axios's http adapter reaches an endpoint. */
export const SERVER_KEYS =
  'allowedSocketPaths family http2Options httpAgent httpVersion httpsAgent insecureHTTPParser lookup socketPath transport'

/**
 * Prepares these settings for a token request.
 *
 * In a limited connection pool, it would queue behind the calls that need its token. So it connects in
 * the same way, but does not use their pool.
 */
export function forTokenRequest(settings: AxiosRequestConfig): AxiosRequestConfig {
  const { transport } = settings
  for (const name of ['httpAgent', 'httpsAgent'] as const) {
    // An old axios would fill an undefined one from Object.prototype.
    if (settings[name]) settings[name] = withOwnPool(settings[name])
  }
  if (transport) settings.transport = withoutRedirects(transport)
  // axios opens one session for all requests whose options are equal.
  settings.http2Options = { ...settings.http2Options, separate: 'token requests' } as object
  return settings
}

/** Undefined in workerd before the compatibility date 2024-11-11, which refuses every cache mode. */
export function noStore(): RequestCache | undefined {
  const cache = 'no-store'
  try {
    new Request('http://a', { cache })
    return cache
  } catch {
    return undefined
  }
}

/** The parts of an `http.Agent` that are used here. */
interface Agent {
  addRequest(...request: unknown[]): void
  removeSocket(...socket: unknown[]): void
  createConnection?(...connection: unknown[]): unknown
  /** Of agent-base, from which proxy agents inherit. */
  connect?(...connection: unknown[]): unknown
}

/** An agent like this one, with an empty pool and no limit. One without a limit is returned as it is. */
function withOwnPool(agent: Agent): Agent {
  const isLimited = ['maxSockets', 'maxTotalSockets'].some(
    (name) => (memberOf(agent, name) as number) < Number.POSITIVE_INFINITY,
  )
  // An agent of the package tunnel has a list of sockets. When a call ends, the next one gets its socket.
  if (!isLimited || Array.isArray(memberOf(agent, 'sockets'))) return agent
  const lane = Object.assign(Object.create(agent), {
    sockets: {},
    freeSockets: {},
    requests: {},
    totalSocketCount: 0,
    // With these three, Node closes the socket after the answer. It must not be kept: the agent, which
    // listens for free sockets, would put it into the pool of the calls.
    keepAlive: false,
    maxSockets: Number.POSITIVE_INFINITY,
    maxTotalSockets: Number.POSITIVE_INFINITY,
    // Private fields of a class exist on the agent alone.
    createConnection: agent.createConnection?.bind(agent),
    connect: agent.connect?.bind(agent),
    addRequest: onLane('addRequest'),
    // Node calls it when the socket closes.
    removeSocket: onLane('removeSocket'),
  })
  return lane

  function onLane(name: 'addRequest' | 'removeSocket') {
    return (...details: unknown[]) => {
      try {
        agent[name].apply(lane, details)
      } catch {
        // An agent that keeps its sockets in another way.
        agent[name](...details)
      }
    }
  }
}

interface HttpTransport {
  request(options: object, onResponse: unknown): unknown
}

// axios does not pass maxRedirects on to the user's own transport. follow-redirects reads these.
function withoutRedirects(transport: HttpTransport): HttpTransport {
  const manual = { followRedirects: false, redirect: 'manual' }
  return {
    request: (options, onResponse) =>
      transport.request(withoutPrototype({ ...options, ...manual }), onResponse),
  }
}
