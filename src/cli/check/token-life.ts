import type { CaspioTokenResponse } from '../../contract/types.js'
import { type Calls, passed, type Step } from './step.js'

/** How long the token lives, and what this check took of the account's allowance. */
export function tellToken(
  answer: Partial<CaspioTokenResponse>,
  { token, refreshTokens }: Calls,
): Step {
  const life = Number(answer.expires_in)
  const lives =
    life > 0 ? `it lives for ${inWords(life)} (${life} s)` : 'how long it lives was not said'
  const came = answer.refresh_token ? 'came with it' : 'did not come'
  return passed(
    'token',
    `${lives}; a refresh token ${came}`,
    `This check made ${token} token request${token === 1 ? '' : 's'} and took ${refreshTokens} of the account's 1,000 refresh tokens.`,
  )
}

function inWords(seconds: number): string {
  if (seconds < 60) return 'less than a minute'
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor((seconds % 3_600) / 60)
  return [hours && `${hours} h`, minutes && `${minutes} min`].filter(Boolean).join(' ')
}
