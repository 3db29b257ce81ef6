import { type Answer, JSON_TYPE } from './answer.js'
import type { CaspioFault } from './types.js'

/**
 * The answer that a fault gives.
 * @param usual the error of a status as its endpoint words it
 */
export function faultAnswer(fault: CaspioFault, usual: (status: number) => Answer): Answer {
  const { status = 503, retryAfter, headers = {}, body } = fault
  const { error, ...answer } = usual(status)
  const isUsual = body === undefined && status >= 400
  return {
    status,
    headers: {
      ...answer.headers,
      ...(body === undefined ? {} : { 'Content-Type': JSON_TYPE }),
      ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
      ...headers,
    },
    // 204 and 304 have no body whatever the fault says: the client would read it as the next answer.
    body: status === 204 || status === 304 ? '' : (body ?? (isUsual ? answer.body : '')),
    ...(isUsual && error !== undefined ? { error } : {}),
  }
}
