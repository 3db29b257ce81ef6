import type { Answer } from './answer.js'
import { CaspioError, caspioErrorAnswer } from './caspio-error.js'
import type { Endpoint } from './endpoint.js'
import { faultAnswer } from './fault-answer.js'
import type { PlannedResponse } from './loopback-server.js'
import { standardOAuthError } from './oauth-error.js'
import type { RateLimiter } from './rate-limiter.js'
import type { ReceivedRequest } from './received-request.js'
import type { RequestLog } from './request-log.js'
import { answerApiRequest, type Resources } from './rest-api.js'
import { answerTokenRequest, isTokenPath } from './token-endpoint.js'
import type { TokenRegistry } from './token-registry.js'
import { readTokenRequest } from './token-request.js'

/** The parts that an account is made of. */
export interface AccountParts {
  tokens: TokenRegistry
  resources: Resources
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
  const { api, tokens, resources, log } = parts
  const refuse = (error: CaspioError) => caspioErrorAnswer(request, error)
  const serve = () => {
    try {
      return answerApiRequest(request, tokens, resources)
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
  return {
    answer: answerOrFail(request, api, parts, serve, standardError),
    latency: api.latency,
    writeLog: (status) => log.addApiRequest(request, status),
  }
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
  if (!limiter.admit()) return faultAnswer({ status: 429, retryAfter: 1 }, standardError)
  const fault = endpoint.takeFault(request.path)
  if (fault === undefined) return serve()
  if (fault.reset) return 'reset'
  return fault.hang ? 'hang' : faultAnswer(fault, standardError)
}
