import type { Readable } from 'node:stream'
import axios from 'axios'
import { type Diagnosis, diagnose, proxyFor } from './network.js'
import { failed, passed, type Step } from './step.js'

/** Checks that the host answers, by a GET of its front page, which is not an API call. */
export async function checkHost(origin: string, timeout: number): Promise<Step> {
  const proxy = proxyFor(origin)
  try {
    // Not a HEAD request: a proxy's answer to CONNECT has a body.
    const { status, data, request } = await axios.get<Readable>(`${origin}/`, {
      validateStatus: null,
      maxRedirects: 0,
      responseType: 'stream',
      signal: AbortSignal.timeout(timeout),
    })
    // Without TLS, it is the proxy that answers.
    const isForbidden = status === 403 && origin.startsWith('https:') && !request.socket?.encrypted
    data.destroy()
    if (status === 407) return failed('host', ...refusedByProxy(proxy?.variable))
    if (proxy && (isForbidden || [502, 503, 504].includes(status))) {
      return failed(
        'host',
        `the proxy ${proxy.host} ${isForbidden ? 'does not allow' : 'cannot reach'} ${origin} (${status})`,
        `Check ${proxy.variable}, or add the host to NO_PROXY.`,
      )
    }
    return passed('host', `${origin} answers${proxy ? `, through the proxy ${proxy.host}` : ''}`)
  } catch (error) {
    return failed('host', ...diagnose(codeOf(error), origin, proxy))
  }
}

/** Explains a 407. */
export function refusedByProxy(variable = 'HTTPS_PROXY'): Diagnosis {
  return [
    'a proxy refused the request (407)',
    `Check the user name and the password in ${variable}: http://user:password@proxy.example.com:8080`,
  ]
}

/** The most specific error code, which axios keeps in `cause`. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as NodeJS.ErrnoException
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? code ?? 'no code'
}
