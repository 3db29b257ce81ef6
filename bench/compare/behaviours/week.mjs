import { openWithClock, sendRegularly } from '../support/regular-requests.mjs'
import { countBilled, sendFirst } from '../support/requests.mjs'

const STEPS = 7 * 24 * 4

export const rows = [
  {
    id: 'refreshTokens',
    name: 'A week, one request every 15 minutes: live refresh tokens, of 1,000 allowed',
    better: 'lower',
  },
  {
    id: 'waited',
    name: 'A week, one request every 15 minutes: requests that waited for the token endpoint, after the first',
    better: 'lower',
  },
  {
    id: 'calls',
    name: `A week, one request every 15 minutes: calls billed in addition to the ${STEPS + 1} requests`,
    better: 'lower',
  },
  { id: 'failed', name: 'A week, one request every 15 minutes: failed requests', better: 'lower' },
]

export async function measure(world) {
  const stage = await openWithClock(world)
  const { account, client } = stage
  await sendFirst(client)
  const requests = await sendRegularly(stage, { steps: STEPS, minutes: 15 })
  return {
    refreshTokens: account.liveRefreshTokens,
    waited: requests.filter(({ waited }) => waited).length,
    calls: countBilled(account) - requests.length - 1,
    failed: requests.filter(({ served }) => !served).length,
  }
}
