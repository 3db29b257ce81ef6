import { type Answer, JSON_TYPE } from './answer.js'
import type { CaspioFault } from './endpoint-types.js'

/**
 * The answer to a request that meets a fault.
 * @param standardError makes the endpoint's usual answer for an error status
 */
export function faultAnswer(fault: CaspioFault, standardError: (status: number) => Answer): Answer {
  const { status = 503, retryAfter, headers = {}, body } = fault
  const { error, ...answer } = standardError(status)
  const isStandard = body === undefined && status >= 400
  return {
    status,
    headers: {
      ...answer.headers,
      ...(body === undefined ? {} : { 'Content-Type': JSON_TYPE }),
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...headers,
    },
    // RFC 9112 §6.3: 204 and 304 never have a body. The client would read it as the next answer.
    body: status === 204 || status === 304 ? '' : (body ?? (isStandard ? answer.body : '')),
    ...(isStandard && error !== undefined ? { error } : {}),
  }
}
