import axios, { type AxiosResponse } from 'axios'
import { IN_YOUR_ACCOUNT } from '../../contract/in-your-account.js'
import { ownProperty } from '../../lib/own-properties.js'
import { parseJSON } from '../../lib/parse-json.js'
import { createRedact, printable } from '../../lib/redact.js'
import { codeOf } from './host.js'
import { type Diagnosis, diagnose, proxyFor } from './network.js'
import type { Calls } from './step.js'
import { URL_NAME } from './values.js'

/** What a call brought: the facts that were read from its answer, or what is wrong with it. */
export type ApiAnswer<Facts> =
  | { readonly facts: Facts }
  | { readonly facts?: undefined; readonly status?: number; readonly diagnosis: Diagnosis }

/**
 * Calls the API. `readFacts` reads the body of an answer with the status 200; it returns undefined
 * if that is none of Caspio's.
 */
export type CallApi = <Facts>(
  path: string,
  readFacts: (body: unknown) => Facts | undefined,
) => Promise<ApiAnswer<Facts>>

export function createCallApi(
  origin: string,
  accessToken: string,
  timeout: number,
  calls: Calls,
): CallApi {
  const redact = createRedact([accessToken])
  return async (path, readFacts) => {
    let response: AxiosResponse
    try {
      response = await axios.get(`${origin}${path}`, {
        headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/json' },
        validateStatus: null,
        maxRedirects: 0,
        responseType: 'text',
        signal: AbortSignal.timeout(timeout),
      })
    } catch (error) {
      return { diagnosis: diagnose(codeOf(error), origin, proxyFor(origin)) }
    }
    calls.api += 1
    const { status, headers } = response
    const data = redact(response.data)
    const facts = status === 200 ? readFacts(parseJSON(data)) : undefined
    if (facts !== undefined) return { facts }
    const message = messageIn(data)
    const quote = message ? `: ${printable(message)}` : ''
    const id = headers['x-caspio-request-id']
    const support = id ? [`For Caspio's support: request ID ${printable(redact(String(id)))}.`] : []
    const fault = `GET ${path} answered ${status}${quote}`
    return { status, diagnosis: [fault, adviceFor(status, data), ...support] }
  }
}

/** The error's message. Caspio sends an array if a client calls too often. */
function messageIn(text: string): string {
  const body = parseJSON(text)
  const message = ownProperty(body, 'Message') ?? ownProperty(ownProperty(body, '0'), 'message')
  return typeof message === 'string' ? message : ''
}

function adviceFor(status: number, body: string): string {
  const permissions = `Check the permissions and the IP list of the profile, ${IN_YOUR_ACCOUNT}.`
  if (status === 401) {
    return `The API rejects the token that the token endpoint has just issued. Is the profile still enabled? ${permissions}`
  }
  if (status === 403) return `The profile may not make this call. ${permissions}`
  if (status === 404) return `This host has no such API. Check the host in ${URL_NAME}.`
  if (status === 429 || /api-calls-rate/.test(body)) {
    return 'Too many calls: Caspio limits the calls of all your programs together. Try again in a while.'
  }
  return status >= 500
    ? 'The API has a problem. Try again in a while. If the problem persists, ask Caspio.'
    : `This is not an answer of Caspio's API. Does something between you and Caspio answer, or is the host in ${URL_NAME} wrong?`
}
