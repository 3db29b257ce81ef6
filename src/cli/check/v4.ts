import { ownProperty } from '../../lib/own-properties.js'
import { printable } from '../../lib/redact.js'
import type { CallApi } from './api.js'
import { failed, passed, type Step } from './step.js'

/** Asks REST v4 who the client is, how many calls it may make, and when the token expires. */
export async function checkV4(callApi: CallApi): Promise<Step> {
  const answer = await callApi('/integrations/rest/v4/me', readFacts)
  if (answer.facts !== undefined) return passed('v4', answer.facts)
  // v4 is new. Programs that call v3 do not need it.
  if (answer.status === 404) return passed('v4', 'this account has no REST v4 yet')
  return failed('v4', ...answer.diagnosis)
}

function readFacts(body: unknown): string | undefined {
  const rate = ownProperty(body, 'rateLimit')
  const read = (from: unknown, name: string) => {
    const value = ownProperty(from, name)
    return value === undefined ? undefined : printable(String(value))
  }
  const profile = read(body, 'wsProfileName')
  const account = read(body, 'accountSubdomain')
  const limit = read(rate, 'limit')
  const seconds = read(rate, 'windowSeconds')
  const expiry = read(body, 'tokenExpiresAt')
  const facts = [
    profile && `the profile is ${profile}`,
    account && `the account is ${account}`,
    limit && seconds && `the rate limit is ${limit} calls in ${seconds} s`,
    expiry && `the token expires at ${expiry}`,
  ]
  return facts.filter(Boolean).join('; ') || undefined
}
