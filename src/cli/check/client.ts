import caspioAuth from '../../auth.js'
import type { CaspioAuthError } from '../../contract/errors.js'
import type { CaspioAuthEvent } from '../../contract/events.js'
import { IN_YOUR_ACCOUNT } from '../../contract/in-your-account.js'
import type { CaspioTokenResponse, KnownCredentials } from '../../contract/types.js'
import type { RequestSettings } from '../arguments.js'
import { explainAnswer, isClientRefused, quoteAnswer } from './answer.js'
import { type Calls, failed, passed, type Step } from './step.js'
import { findFaults, ID, SECRET } from './values.js'

type Outcome =
  | { readonly answer: CaspioTokenResponse; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: CaspioAuthError }

type RequestToken = (
  credentials: KnownCredentials,
  clientAuthentication: RequestSettings['clientAuthentication'],
) => Promise<Outcome>

interface ClientCheck {
  readonly step: Step
  /** The token, if there is one. */
  readonly answer?: CaspioTokenResponse
}

/** Checks that the token endpoint accepts the client. If it does not, finds out why. */
export async function checkClient(
  credentials: KnownCredentials,
  { clientAuthentication, timeout }: RequestSettings,
  calls: Calls,
): Promise<ClientCheck> {
  const requestToken = createRequestToken(timeout, calls)
  const { answer, error } = await requestToken(credentials, clientAuthentication)
  if (answer) {
    return { answer, step: passed('client', 'the token endpoint accepts the ID and the secret') }
  }
  if (!isClientRefused(error)) {
    return { step: failed('client', ...explainAnswer(error, credentials.tokenEndpointURL)) }
  }
  const refusal = `the token endpoint refused the client: ${quoteAnswer(error)}`
  const faults = findFaults(credentials)
  if (faults.length > 0) {
    return {
      step: failed(
        'client',
        refusal,
        ...faults,
        `Copy each wrong value again. Find the values ${IN_YOUR_ACCOUNT}.`,
      ),
    }
  }
  return findCause(requestToken, credentials, clientAuthentication, refusal)
}

/** Sends token requests that differ in one thing each. */
async function findCause(
  requestToken: RequestToken,
  credentials: KnownCredentials,
  used: RequestSettings['clientAuthentication'],
  refusal: string,
): Promise<ClientCheck> {
  const other = used === 'basic' ? 'body' : 'basic'
  const { answer } = await requestToken(credentials, other)
  if (answer) {
    const step = failed(
      'client',
      `${refusal}. It accepts the same ID and secret with --client-authentication ${other}`,
      `Both values are right, but something between you and Caspio drops them if they are sent as ${used}. Set the option clientAuthentication: '${other}' in your code, and --client-authentication ${other} here.`,
    )
    return { answer, step }
  }
  const { clientID, clientSecret } = credentials
  const swapped = { ...credentials, clientID: clientSecret, clientSecret: clientID }
  // In the body: an ID in an HTTP Basic header appears in logs, and here it may be the secret.
  const isSwapped = (await requestToken(swapped, 'body')).answer !== undefined
  const advice = isSwapped
    ? [`${ID} and ${SECRET} are swapped: each has the other's value.`]
    : howToCompare(credentials)
  return { step: failed('client', refusal, ...advice) }
}

function howToCompare({ clientID, tokenEndpointURL }: KnownCredentials): string[] {
  return [
    `${ID} or ${SECRET} is wrong. Both are well-formed, and Caspio does not say which one is wrong. Compare them with your profile:`,
    `If the Client ID in the profile ends in ${clientID.slice(-4)}, as yours does, ${SECRET} is wrong. This is more likely, because the secret changes when somebody generates a new one.`,
    `If it does not, ${ID} is wrong. All three values may belong to another profile, or to an account other than ${new URL(tokenEndpointURL).host}.`,
    `Find the values ${IN_YOUR_ACCOUNT}.`,
  ]
}

function createRequestToken(timeout: number, calls: Calls): RequestToken {
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
