import type { AxiosResponse } from 'axios'
import type { CaspioCredentials } from '../contract/types.js'
import { Axios } from '../lib/axios.js'
import { own } from '../lib/own-properties.js'
import { formEncode } from '../lib/redact.js'
import { within } from '../lib/time-limit.js'
import type { Transport } from './transport.js'

interface HttpTransport {
  request(options: object, answer: unknown): unknown
}

// Where a header group is missing, axios before 1.20 takes Object.prototype's.
const NO_DEFAULTS: object = { common: undefined, post: undefined }

const MAX_ANSWER_IN_BYTES = 1_000_000

/** The value of HTTP Basic. RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
export function basicValue({ clientID, clientSecret }: CaspioCredentials): string {
  return btoa(`${formEncode(clientID)}:${formEncode(clientSecret)}`)
}

/**
 * Posts one grant to the token endpoint. Any HTTP answer resolves.
 *
 * @param grant the grant's own fields of the form
 * @param timeout ms; obeyed even where the adapter does not heed its signal
 */
export function postGrant(
  credentials: CaspioCredentials,
  clientAuthentication: 'basic' | 'body',
  grant: Readonly<Record<string, string>>,
  timeout: number,
  via: Transport,
): Promise<AxiosResponse> {
  const basic = clientAuthentication === 'basic'
  return within(timeout, async (signal) => {
    const transport = via()
    // A bare Axios: axios.create() would bring along whatever was done to the global defaults.
    return new Axios({}).request({
      ...transport,
      ...(transport.transport && { transport: withoutRedirects(transport.transport) }),
      url: credentials.tokenEndpointURL,
      method: 'post',
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/x-www-form-urlencoded',
        ...NO_DEFAULTS,
        ...(basic && { Authorization: `Basic ${basicValue(credentials)}` }),
      },
      data: new URLSearchParams({
        ...grant,
        ...(!basic && {
          client_id: credentials.clientID,
          client_secret: credentials.clientSecret,
        }),
      }).toString(),
      responseType: 'text',
      signal,
      // A redirect would carry the secret along. The fetch adapter heeds maxRedirects since 1.20.
      maxRedirects: 0,
      // Before 1.20 what these say of the request itself overrules what stands here.
      fetchOptions: {
        ...transport.fetchOptions,
        method: undefined,
        headers: undefined,
        body: undefined,
        redirect: 'manual',
      },
      maxContentLength: MAX_ANSWER_IN_BYTES,
    })
  })
}

/** axios tells a transport of the user's own nothing of maxRedirects. As follow-redirects reads it. */
function withoutRedirects(transport: HttpTransport): HttpTransport {
  return {
    request: (options, answer) =>
      transport.request(own({ ...options, followRedirects: false, redirect: 'manual' }), answer),
  }
}
