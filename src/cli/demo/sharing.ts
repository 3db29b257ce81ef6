import type { CaspioAccount } from '../../testing/types.js'
import type { Stage } from './stage.js'

export const MANY = 50

const TOKEN_LATENCY_MS = 150

export async function showLazyToken(stage: Stage, { credentials }: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter('Attaching sends nothing; the first request gets the token')
  const mark = stage.mark()
  const api = await stage.attachIdle(credentials)
  const { rows } = await stage.get(api)
  timeline.note(`first request answered: ${rows} rows of Physicians`)
  stage.expectTokenRequests(1, mark)
}

export async function showColdStart(stage: Stage, account: CaspioAccount): Promise<void> {
  stage.timeline.chapter(`Cold start: ${MANY} requests at once share one token request`)
  account.tokenEndpoint.latency = TOKEN_LATENCY_MS
  const mark = stage.mark()
  await stage.getAtOnce(stage.attach(account.credentials), MANY)
  stage.expectTokenRequests(1, mark)
  account.tokenEndpoint.latency = 0
}

export async function showRevokedToken(stage: Stage, account: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter(`A revoked token: ${MANY} requests at once recover with one token request`)
  const api = stage.attach(account.credentials)
  await stage.get(api)
  account.tokenEndpoint.latency = TOKEN_LATENCY_MS
  const mark = stage.mark()
  timeline.note(`the account revokes all its access tokens (${account.revoke()})`)
  await stage.getAtOnce(api, MANY)
  account.tokenEndpoint.latency = 0

  stage.expectTokenRequests(1, mark)
  const calls = stage.callsSince(mark).api
  const rejected = calls.filter(({ status }) => status === 401).length
  timeline.expect(
    `the API answered 401 to ${rejected} of ${calls.length} calls, and your code saw none of them`,
    rejected === MANY && calls.length === 2 * MANY,
  )
}
