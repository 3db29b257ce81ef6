import { setTimeout as sleep } from 'node:timers/promises'
import type { AxiosInstance } from 'axios'
import type { CaspioAccount } from '../../testing/types.js'
import { formatMs, type Stage, slowest } from './stage.js'

// So short a life is renewed from half of it on.
const SHORT_LIFE_SECONDS = 3
const SLOW_RENEWAL_MS = 500

/** @param patience how many ms to wait for the renewal */
export async function showRenewal(
  stage: Stage,
  account: CaspioAccount,
  patience = 5_000,
): Promise<void> {
  const { timeline } = stage
  timeline.chapter('Renewal in the background: no request waits for it')
  const usualLife = account.tokenLife
  account.tokenLife = SHORT_LIFE_SECONDS
  const mark = stage.mark()
  const api = stage.attach(account.credentials)
  await stage.get(api)
  account.tokenEndpoint.latency = SLOW_RENEWAL_MS
  timeline.note(
    `the token endpoint now takes ${SLOW_RENEWAL_MS} ms; the demo sends one API request after another`,
  )
  const renewal = await getUntilRenewed(stage, api, patience)
  account.tokenEndpoint.latency = 0
  account.tokenLife = usualLife
  await stage.get(api)

  const during = stage.answers.filter(
    ({ sentAt, took }) => sentAt + took > renewal.at - renewal.duration && sentAt < renewal.at,
  )
  const longest = slowest(during)
  timeline.note(`the API answered ${during.length} requests during the renewal`)
  timeline.expect(
    `the slowest of them took ${formatMs(longest)}, and the renewal ${formatMs(renewal.duration)}`,
    during.length > 0 && longest < renewal.duration / 2,
  )
  const { api: calls, token } = stage.callsSince(mark)
  timeline.expect(
    'the last request carried a different token from the first',
    new Set(calls.map(({ headers }) => headers.authorization)).size === 2,
  )
  timeline.expect(
    'the renewal used the refresh token, because an account holds only 1,000 of them',
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
  throw new Error(`no renewal within ${patience} ms`)
}
