import type { Answer } from './answer.js'
import { readVersion } from './api/version.js'
import { CaspioError, caspioErrorAnswer } from './caspio-error.js'
import type { AccountData } from './data/account-data.js'
import type { Endpoint } from './endpoint.js'
import { faultAnswer } from './fault-answer.js'
import type { PlannedResponse } from './loopback-server.js'
import type { RateLimiter } from './rate-limiter.js'
import type { ReceivedRequest } from './received-request.js'
import type { RequestLog } from './request-log.js'
import { answerApiRequest } from './rest-api.js'
import { standardOAuthError } from './token/oauth-error.js'
import { answerTokenRequest, isTokenPath } from './token/token-endpoint.js'
import type { TokenRegistry } from './token/token-registry.js'
import { readTokenRequest } from './token/token-request.js'

/** The parts that an account is made of. */
export interface AccountParts {
  tokens: TokenRegistry
  data: AccountData
  tokenEndpoint: Endpoint
  api: Endpoint
  limiter: RateLimiter
  log: RequestLog
}

/**
 * Decides how a request is answered. What the request changes in the account changes now, before any
 * latency.
 */
export function planResponse(request: ReceivedRequest, parts: AccountParts): PlannedResponse {
  return isTokenPath(request.path)
    ? planTokenResponse(request, parts)
    : planApiResponse(request, parts)
}

function planTokenResponse(request: ReceivedRequest, parts: AccountParts): PlannedResponse {
  const { tokenEndpoint, tokens, log } = parts
  const tokenRequest = readTokenRequest(request)
  const serve = () => answerTokenRequest(request, tokenRequest, tokens)
  const answer = answerOrFail(request, tokenEndpoint, parts, serve, standardOAuthError)
  const error = typeof answer === 'string' ? undefined : answer.error
  return {
    answer,
    latency: tokenEndpoint.latency,
    writeLog: (status) =>
      log.addTokenRequest(request, tokenRequest, status, status === 0 ? undefined : error),
  }
}

function planApiResponse(request: ReceivedRequest, parts: AccountParts): PlannedResponse {
  const { api, log } = parts
  const refuse = (error: CaspioError) => caspioErrorAnswer(request, error)
  const serve = () => {
    try {
      return answerApiRequest(request, parts)
    } catch (error) {
      // A bug in the stand-in account is easier to fix if the client sees its message.
      /* v8 ignore if -- @preserve: no such bug is known */
      if (!(error instanceof CaspioError)) {
        return refuse(new CaspioError(500, { message: String(error) }))
      }
      return refuse(error)
    }
  }
  const standardError = (status: number) => refuse(new CaspioError(status))
  const answer = withRateLimit(
    request,
    answerOrFail(request, api, parts, serve, standardError),
    parts,
  )
  return {
    answer,
    latency: api.latency,
    writeLog: (status) => log.addApiRequest(request, status),
  }
}

/** v4 says how many more requests the account would take. The exact names of the headers are a guess. */
function withRateLimit(
  request: ReceivedRequest,
  answer: PlannedResponse['answer'],
  { limiter }: AccountParts,
): PlannedResponse['answer'] {
  if (typeof answer === 'string' || readVersion(request.path)?.version !== 'v4') return answer
  const { limit, remaining, windowSeconds } = limiter.usage
  const headers = {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Window': String(windowSeconds),
  }
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

/** Serves the request, unless it is incomplete, over the rate limit or meets a fault. */
function answerOrFail(
  request: ReceivedRequest,
  endpoint: Endpoint,
  { limiter }: AccountParts,
  serve: () => Answer,
  standardError: (status: number) => Answer,
): PlannedResponse['answer'] {
  if (request.bodyState === 'incomplete') return 'hang'
  if (!limiter.admit()) return limiter.refusal()
  const fault = endpoint.takeFault(request.path)
  if (fault === undefined) return serve()
  if (fault.reset) return 'reset'
  return fault.hang ? 'hang' : faultAnswer(fault, standardError)
}
