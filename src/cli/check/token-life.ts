import type { CaspioTokenResponse } from '../../contract/types.js'
import { counted } from '../text.js'
import { type Calls, passed, type Step } from './step.js'

/** Says how long the token is valid, and what this check used of the account's allowance. */
export function describeToken(
  answer: Partial<CaspioTokenResponse>,
  { token, refreshTokens }: Calls,
): Step {
  const seconds = Number(answer.expires_in)
  const life =
    seconds > 0
      ? `it is valid for ${inWords(seconds)} (${seconds} s)`
      : 'the token endpoint does not say how long it is valid'
  return passed(
    'token',
    `${life}; ${answer.refresh_token ? 'a' : 'no'} refresh token came with it`,
    `This check sent ${counted(token, 'token request')} and used ${refreshTokens} of the account's 1,000 refresh tokens.`,
  )
}

function inWords(seconds: number): string {
  if (seconds < 60) return 'less than a minute'
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  return [hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean).join(' ')
}
