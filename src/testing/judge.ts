import type { Answer } from './answer.js'
import type { Call } from './call.js'
import { CaspioError, caspioErrorAnswer } from './caspio-error.js'
import type { Endpoint } from './endpoint.js'
import { faultAnswer } from './fault-answer.js'
import type { Outcome } from './loopback-server.js'
import { usualOAuthError } from './oauth-error.js'
import type { RateLimiter } from './rate-limiter.js'
import type { RequestLog } from './request-log.js'
import { answerApiCall, type Resources } from './rest-api.js'
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

/** Decides what a call gets, and has it logged once that is sent. */
export function judge(call: Call, parts: AccountParts): Outcome {
  return isTokenPath(call.path) ? judgeTokenCall(call, parts) : judgeApiCall(call, parts)
}

function judgeTokenCall(call: Call, parts: AccountParts): Outcome {
  const { tokenEndpoint, tokens, log } = parts
  const request = readTokenRequest(call)
  const serve = () => answerTokenRequest(call, request, tokens)
  const answer = admit(call, tokenEndpoint, parts, serve, usualOAuthError)
  const error = typeof answer === 'string' ? undefined : answer.error
  return {
    answer,
    latency: tokenEndpoint.latency,
    done: (status) => log.addToken(call, request, status, status === 0 ? undefined : error),
  }
}

function judgeApiCall(call: Call, parts: AccountParts): Outcome {
  const { api, tokens, resources, log } = parts
  const refuse = (error: CaspioError) => caspioErrorAnswer(call, error)
  const serve = () => {
    try {
      return answerApiCall(call, tokens, resources)
    } catch (error) {
      // A fault of the stand-in itself is easier to mend when it is named.
      /* v8 ignore if -- @preserve: there is none that we know of */
      if (!(error instanceof CaspioError)) {
        return refuse(new CaspioError(500, { message: String(error) }))
      }
      return refuse(error)
    }
  }
  const usual = (status: number) => refuse(new CaspioError(status))
  return {
    answer: admit(call, api, parts, serve, usual),
    latency: api.latency,
    done: (status) => log.addApi(call, status),
  }
}

/** What stands before the work itself: half a request, the rate limit, a fault. */
function admit(
  call: Call,
  endpoint: Endpoint,
  { limiter }: AccountParts,
  serve: () => Answer,
  usual: (status: number) => Answer,
): Outcome['answer'] {
  if (call.bodyState === 'cut') return 'hang'
  if (!limiter.admit()) return faultAnswer({ status: 429, retryAfter: 1 }, usual)
  const fault = endpoint.takeFault(call.path)
  if (fault === undefined) return serve()
  if (fault.reset) return 'reset'
  return fault.hang ? 'hang' : faultAnswer(fault, usual)
}
