import caspioAuth from '../../auth.js'
import type { CaspioAuthError } from '../../contract/errors.js'
import type { CaspioAuthEvent } from '../../contract/events.js'
import { IN_THE_ACCOUNT } from '../../contract/in-the-account.js'
import type { CaspioCredentials, CaspioTokenResponse } from '../../contract/types.js'
import type { RequestSettings } from '../arguments.js'
import { explainAnswer, isRefusal, said } from './answer.js'
import { type Calls, failed, passed, type Step } from './step.js'
import { doubtsOf, ID, SECRET } from './values.js'

/** What the token endpoint said. */
type Outcome =
  | { readonly answer: CaspioTokenResponse; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: CaspioAuthError }

type Ask = (
  credentials: CaspioCredentials,
  clientAuthentication: RequestSettings['clientAuthentication'],
) => Promise<Outcome>

/** Whether the token endpoint takes the client; with the token, if it does. */
export async function tryClient(
  credentials: CaspioCredentials,
  { clientAuthentication, timeout }: RequestSettings,
  calls: Calls,
): Promise<{ step: Step; answer?: CaspioTokenResponse }> {
  const ask = createAsk(timeout, calls)
  const { answer, error } = await ask(credentials, clientAuthentication)
  if (answer) return { answer, step: passed('client', 'the token endpoint takes ID and secret') }
  if (!isRefusal(error))
    return { step: failed('client', ...explainAnswer(error, credentials.tokenEndpointURL)) }

  const refused = `the token endpoint refused the client: ${said(error)}`
  const doubts = doubtsOf(credentials)
  const again = `Copy it anew: it stands ${IN_THE_ACCOUNT}.`
  if (doubts.length > 0) return { step: failed('client', refused, ...doubts, again) }

  const other = clientAuthentication === 'basic' ? 'body' : 'basic'
  const otherwise = await ask(credentials, other)
  if (otherwise.answer) {
    return {
      answer: otherwise.answer,
      step: failed(
        'client',
        `${refused}; but it takes the same ID and secret with the client authentication ${other}`,
        `They are right. Something on the way loses them where they are sent as ${clientAuthentication}: set the option clientAuthentication: '${other}', and --client-authentication ${other} here.`,
      ),
    }
  }
  // In the body: as the ID of HTTP Basic, which logs show, the secret might stand in one.
  const swapped = await ask(
    { ...credentials, clientID: credentials.clientSecret, clientSecret: credentials.clientID },
    'body',
  )
  if (swapped.answer) {
    const swap = `${ID} and ${SECRET} are swapped: each has the other's value.`
    return { step: failed('client', refused, swap) }
  }
  return { step: failed('client', refused, ...undecided(credentials)) }
}

function undecided({ clientID, tokenEndpointURL }: CaspioCredentials): string[] {
  return [
    `${ID} or ${SECRET} is wrong. Both are well-formed, and Caspio gives one answer for both; but you can tell by comparing:`,
    `If the Client ID in the profile ends in ${clientID.slice(-4)}, as yours does, it is ${SECRET}. That is the more likely: it changes when somebody has it generated anew.`,
    `If not, it is ${ID}; and maybe all three are of another profile, or of another account than ${new URL(tokenEndpointURL).host}.`,
    `The values stand ${IN_THE_ACCOUNT}.`,
  ]
}

function createAsk(timeout: number, calls: Calls): Ask {
  const onEvent = (event: CaspioAuthEvent) => {
    if (event.type === 'token-request' && event.status) calls.token += 1
  }
  return async (credentials, clientAuthentication) => {
    const options = { clientAuthentication, timeout, retries: 0, onEvent }
    try {
      const answer = await caspioAuth(credentials, options)()
      if (answer.refresh_token) calls.refreshTokens += 1
      return { answer }
    } catch (error) {
      return { error: error as CaspioAuthError }
    }
  }
}
