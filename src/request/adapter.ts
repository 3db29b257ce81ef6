import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { axios } from '../lib/axios.js'
import { redactErrors } from '../lib/old-axios.js'
import { defineHidden, ownProperty } from '../lib/own-properties.js'
import type { Transport } from '../token/transport.js'
// Without .js: the build for browsers takes bodies.browser.ts.
import { holdStream, isOneShot } from './bodies'
import { sendAndRecover } from './recovery.js'
import { removeToken } from './redirects.js'
import { type AuthorisedRequest, type Authoriser, countCall, sendOnce } from './send.js'
import { waitForToken } from './waiting.js'

type Config = InternalAxiosRequestConfig

// AxiosError.toJSON() redacts these. An agent leads to everything that is under way on its sockets,
// token requests included. Node's http module, as a transport, leads to its global agent.
const AGENT_KEYS = ['httpAgent', 'httpsAgent', 'fetchOptions', 'transport']
const AGENT_AND_TOKEN_KEYS = [...AGENT_KEYS, 'authorization']

// The plugin's adapter keeps the original one. An error that was created before the adapter was called
// still has the plugin's in its config.
const ORIGINAL = Symbol.for('axios-caspio-auth.original-adapter')

type AuthorisedAdapter = AxiosAdapter & { [ORIGINAL]?: AxiosAdapter }

/**
 * Puts the authorised adapter in front of the config's own.
 *
 * @param transport how a token request travels
 * @param authorisers the first one whose scope includes the request authorises it
 */
export function authorise(
  given: Config,
  transport: Transport,
  authorisers: readonly Authoriser[],
): Config {
  // An interceptor may have frozen it.
  const config = Object.isExtensible(given)
    ? given
    : { __proto__: Object.getPrototypeOf(given), ...given }
  const adapter = (config.adapter || axios.defaults.adapter) as AuthorisedAdapter
  const original = adapter[ORIGINAL] ?? adapter
  const authorised: AuthorisedAdapter = (final) => {
    // The config must not keep this adapter: another instance may send error.config again.
    final.adapter = original
    return redactErrors(send(final, transport, authorisers))
  }
  authorised[ORIGINAL] = original
  // axios may create an error before it calls the adapter.
  if (AGENT_KEYS.some((name) => name in config)) addRedactedKeys(config, AGENT_KEYS)
  config.adapter = authorised
  return config
}

/** Sends one request: with the access token if it goes to Caspio, or else untouched. */
function send(
  config: Config,
  transport: Transport,
  authorisers: readonly Authoriser[],
): Promise<AxiosResponse> {
  removeToken(config)
  const adapter = axios.getAdapter(config.adapter as AxiosAdapter, config)
  for (const authoriser of authorisers) {
    const destination = authoriser.scope.destinationOf(config)
    if (destination) {
      addRedactedKeys(config, AGENT_AND_TOKEN_KEYS)
      return sendInScope({ authoriser, transport, config, adapter, destination, resends: 0 })
    }
  }
  addRedactedKeys(config, AGENT_KEYS)
  return adapter(config)
}

function sendInScope(request: AuthorisedRequest): Promise<AxiosResponse> {
  const { authoriser, transport, config, destination } = request
  // A copy: an interceptor may use one object for all requests, also for those to other parties.
  const headers = new axios.AxiosHeaders()
  let authorization: unknown
  for (const [name, value] of Object.entries(config.headers)) {
    if (name.toLowerCase() === 'authorization') authorization = value
    else headers[name] = value
  }
  if (
    ownProperty(config, 'skipCaspioAuth') ||
    ownProperty(config, 'auth') ||
    destination.hasUser ||
    authorization === false ||
    (authoriser.existingAuthorization === 'keep' && /\S/.test(`${authorization ?? ''}`))
  ) {
    const onEnd = countCall(authoriser)
    const outcome = sendOnce(request)
    outcome.then(onEnd, onEnd)
    return outcome
  }
  // An interceptor's { ...config } inherits from Object.prototype. Before 1.20 axios would take a
  // proxy from there.
  if (Object.getPrototypeOf(config) === Object.prototype) {
    Object.setPrototypeOf(config, null)
    // As axios does from 1.20 on: response interceptors call it.
    defineHidden(config, 'hasOwnProperty', Object.hasOwnProperty)
  }
  config.headers = headers
  // The caller may change them while this request waits.
  if ((config.url as unknown) instanceof URL) config.url = new URL(config.url as string) as never
  // A copy would lose a toString() of the object's own, which axios calls.
  if (config.params?.toString === URLSearchParams.prototype.toString) {
    config.params = new URLSearchParams(config.params)
  }
  const token = authoriser.source.acquire(transport)
  // Not by instanceof: applications replace the global Promise.
  if (!('then' in token)) return sendAndRecover(token, request)
  const tokenOrFault = Promise.race([token, holdStream(config)])
  return waitForToken(tokenOrFault, config).then((ready) => sendAndRecover(ready, request))
}

/** Adds the keys that `toJSON()` of an error must redact. A config that is sent again has them. */
function addRedactedKeys(config: Config, keys: readonly string[]): void {
  const given = ownProperty(config, 'redact')
  // A stream leads to the request that it is piped into, to its agent and to all its sockets.
  const all = isOneShot(config.data) ? [...keys, 'data'] : keys
  config.redact = given ? [...new Set([given, all].flat() as string[])] : [...all]
}
