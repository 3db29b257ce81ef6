import type { Readable } from 'node:stream'
import axios from 'axios'
import { type Diagnosis, diagnose, proxyOf } from './network.js'
import { failed, passed, type Step } from './step.js'

/** Whether the host can be spoken to: a GET of its front page, which is none of the API's. */
export async function tryHost(origin: string, timeout: number): Promise<Step> {
  const proxy = proxyOf(origin)
  try {
    // No HEAD: what a proxy says to CONNECT has a body.
    const { status, data } = await axios.get<Readable>(`${origin}/`, {
      validateStatus: null,
      maxRedirects: 0,
      responseType: 'stream',
      signal: AbortSignal.timeout(timeout),
    })
    data.destroy()
    if (status === 407) return failed('host', ...refusedByProxy(proxy?.variable))
    if (proxy && [502, 503, 504].includes(status)) {
      return failed(
        'host',
        `the proxy ${proxy.host} does not get to ${origin} (${status})`,
        `Check ${proxy.variable}, or name the host in NO_PROXY.`,
      )
    }
    return passed('host', `${origin} answers${proxy ? `, through the proxy ${proxy.host}` : ''}`)
  } catch (error) {
    return failed('host', ...diagnose(codeOf(error), origin, proxy))
  }
}

/** For a 407. */
export function refusedByProxy(variable = 'HTTPS_PROXY'): Diagnosis {
  return [
    'a proxy on the way refused (407)',
    `Check the user and the password in ${variable}: http://user:password@proxy.example.com:8080`,
  ]
}

/** What the network said. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as NodeJS.ErrnoException
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? code ?? 'no code'
}
