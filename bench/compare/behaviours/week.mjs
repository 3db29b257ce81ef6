import { billed, warm } from '../support/requests.mjs'
import { openWithClock, walk } from '../support/walk.mjs'

const STEPS = 7 * 24 * 4

export const rows = [
  {
    id: 'refreshTokens',
    name: "A week, a request every 15 minutes: refresh tokens taken of the account's 1,000",
    better: 'lower',
  },
  {
    id: 'waited',
    name: 'A week, a request every 15 minutes: requests that waited for the token endpoint, after the first',
    better: 'lower',
  },
  {
    id: 'calls',
    name: `A week, a request every 15 minutes: calls billed beside the ${STEPS + 1}`,
    better: 'lower',
  },
  { id: 'lost', name: 'A week, a request every 15 minutes: requests lost', better: 'lower' },
]

export async function measure(world) {
  const stage = await openWithClock(world)
  const { account, client } = stage
  await warm(client)
  const requests = await walk(stage, { steps: STEPS, minutes: 15 })
  return {
    refreshTokens: account.liveRefreshTokens,
    waited: requests.filter(({ waited }) => waited).length,
    calls: billed(account) - requests.length - 1,
    lost: requests.filter(({ served }) => !served).length,
  }
}
