import { setTimeout as sleep } from 'node:timers/promises'
import type { AxiosInstance } from 'axios'
import type { CaspioAccount } from '../../testing/types.js'
import { inMs, type Stage, slowest } from './stage.js'

// Renewals begin at half of this life, if not a little later.
const SHORT_LIFE_IN_S = 3
const SLOW_RENEWAL_IN_MS = 500

/** @param patience ms to wait for the renewal */
export async function showRenewal(
  stage: Stage,
  account: CaspioAccount,
  patience = 5_000,
): Promise<void> {
  const { timeline } = stage
  timeline.chapter('Renewal in the background: nobody waits for it')
  const usualLife = account.tokenLife
  account.tokenLife = SHORT_LIFE_IN_S
  const mark = stage.mark()
  const api = stage.attach(account.credentials)
  await stage.get(api)
  account.tokenEndpoint.latency = SLOW_RENEWAL_IN_MS
  timeline.tell(
    `the token endpoint now takes ${SLOW_RENEWAL_IN_MS} ms; one request after the other`,
  )
  const renewal = await getUntilRenewed(stage, api, patience)
  account.tokenEndpoint.latency = 0
  account.tokenLife = usualLife
  await stage.get(api)

  const during = stage.answers.filter(
    ({ sentAt, took }) => sentAt + took > renewal.at - renewal.duration && sentAt < renewal.at,
  )
  const longest = slowest(during)
  timeline.tell(`${during.length} requests were under way while the renewal was`)
  timeline.expect(
    `the slowest of them took ${inMs(longest)}, far less than the renewal's ${inMs(renewal.duration)}`,
    during.length > 0 && longest < renewal.duration / 2,
  )
  const { api: calls, token } = stage.callsSince(mark)
  timeline.expect(
    'the last request carried another token than the first',
    new Set(calls.map(({ headers }) => headers.authorization)).size === 2,
  )
  timeline.expect(
    'the renewal used the refresh token, of which an account holds only 1,000',
    token.map(({ grant }) => grant).join() === 'client_credentials,refresh_token',
  )
}

async function getUntilRenewed(
  stage: Stage,
  api: AxiosInstance,
  patience: number,
): Promise<{ readonly at: number; readonly duration: number }> {
  const deadline = performance.now() + patience
  while (performance.now() < deadline) {
    await stage.get(api)
    for (const event of stage.events) {
      if (event.type === 'token-request' && event.grant === 'refresh_token') return event
    }
    await sleep(20)
  }
  throw new Error(`there was no renewal within ${patience} ms`)
}
