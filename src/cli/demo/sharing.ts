import type { CaspioAccount } from '../../testing/types.js'
import type { Stage } from './stage.js'

export const MANY = 50

const TOKEN_LATENCY_IN_MS = 150

export async function showLazyToken(stage: Stage, { credentials }: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter('Nothing is fetched at attach; the first request fetches the token')
  const mark = stage.mark()
  const api = await stage.attachIdle(credentials)
  const { rows } = await stage.get(api)
  timeline.tell(`first request answered: ${rows} rows of Physicians`)
  stage.expectTokenCalls(1, mark)
}

export async function showColdStart(stage: Stage, account: CaspioAccount): Promise<void> {
  stage.timeline.chapter(`Cold start: ${MANY} requests at once share one token call`)
  account.tokenEndpoint.latency = TOKEN_LATENCY_IN_MS
  const mark = stage.mark()
  await stage.getAtOnce(stage.attach(account.credentials), MANY)
  stage.expectTokenCalls(1, mark)
  account.tokenEndpoint.latency = 0
}

export async function showRevokedToken(stage: Stage, account: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter(`A revoked token: ${MANY} requests at once recover with one token call`)
  const api = stage.attach(account.credentials)
  await stage.get(api)
  account.tokenEndpoint.latency = TOKEN_LATENCY_IN_MS
  const mark = stage.mark()
  timeline.tell(`the account revokes its ${account.revoke()} live access tokens`)
  await stage.getAtOnce(api, MANY)
  account.tokenEndpoint.latency = 0

  stage.expectTokenCalls(1, mark)
  const calls = stage.callsSince(mark).api
  const rejected = calls.filter(({ status }) => status === 401).length
  timeline.expect(
    `the API answered 401 to ${rejected} of ${calls.length} calls, and no caller saw it`,
    rejected === MANY && calls.length === 2 * MANY,
  )
}
