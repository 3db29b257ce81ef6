import type { AxiosResponse } from 'axios'
import type { ResolvedOptions } from '../contract/options.js'
import type { CaspioCredentials } from '../contract/types.js'
import { Axios } from '../lib/axios.js'
import { withoutPrototype } from '../lib/own-properties.js'
import { formEncode } from '../lib/redact.js'
import { withTimeLimit } from '../lib/time-limit.js'
import { type Transport, transportSettings } from './transport.js'

interface HttpTransport {
  request(options: object, onResponse: unknown): unknown
}

// Before 1.20 axios looks for missing header groups on Object.prototype.
const NO_DEFAULT_HEADERS: object = { common: undefined, post: undefined }

const LONGEST_ANSWER_BYTES = 1_000_000

/** Value of the HTTP Basic header. Both parts are form-encoded first (RFC 6749 §2.3.1). */
export function basicValue({ clientID, clientSecret }: CaspioCredentials): string {
  return btoa(`${formEncode(clientID)}:${formEncode(clientSecret)}`)
}

/**
 * Posts one grant to the token endpoint. Resolves with any HTTP answer.
 *
 * @param grant the fields of the form, without the client's
 */
export function postGrant(
  credentials: CaspioCredentials,
  grant: Readonly<Record<string, string>>,
  { clientAuthentication, timeout }: Pick<ResolvedOptions, 'clientAuthentication' | 'timeout'>,
  transport: Transport,
): Promise<AxiosResponse> {
  const { clientID, clientSecret, tokenEndpointURL } = credentials
  const isBasic = clientAuthentication === 'basic'
  const client = isBasic ? {} : { client_id: clientID, client_secret: clientSecret }
  // Not axios's timeout: some adapters ignore that, and the signal, too.
  return withTimeLimit(timeout, async (signal) => {
    const settings = transportSettings(transport)
    // Not axios.create(), which takes over what the application did to the global defaults.
    return new Axios({}).request({
      ...settings,
      ...(settings.transport && { transport: withoutRedirects(settings.transport) }),
      url: tokenEndpointURL,
      method: 'post',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        ...NO_DEFAULT_HEADERS,
        ...(isBasic && { Authorization: `Basic ${basicValue(credentials)}` }),
      },
      data: new URLSearchParams({ ...grant, ...client }).toString(),
      responseType: 'text',
      signal,
      maxContentLength: LONGEST_ANSWER_BYTES,
      // A redirect would send the secret elsewhere. The fetch adapter obeys maxRedirects from axios
      // 1.20 on. Before, it obeys fetchOptions, whose other values would replace the request's own.
      maxRedirects: 0,
      fetchOptions: {
        ...settings.fetchOptions,
        method: undefined,
        headers: undefined,
        body: undefined,
        redirect: 'manual',
      },
    })
  })
}

// axios does not pass maxRedirects on to the user's own transport. follow-redirects reads these.
function withoutRedirects(transport: HttpTransport): HttpTransport {
  const manual = { followRedirects: false, redirect: 'manual' }
  return {
    request: (options, onResponse) =>
      transport.request(withoutPrototype({ ...options, ...manual }), onResponse),
  }
}
