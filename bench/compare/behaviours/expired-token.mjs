import { openWithClock } from '../support/regular-requests.mjs'
import { countBilled, countFailuresOfBurst, excluded, sendFirst } from '../support/requests.mjs'

const BURST = 200

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Expired token, 200 requests at once: token requests',
    better: 'lower',
  },
  { id: 'failed', name: 'Expired token, 200 requests at once: failed requests', better: 'lower' },
  { id: 'calls', name: 'Expired token, 200 requests at once: calls billed', better: 'lower' },
]

/** After 25 hours without a request, sends many at once. */
export async function measure(world) {
  const stage = await openWithClock(world)
  const { account, client, clock } = stage
  await sendFirst(client)
  account.log.clear()
  await clock.passMinutes(25 * 60)
  const failed = await countFailuresOfBurst(stage, BURST)
  // Includes renewals that a timer started meanwhile.
  const tokenRequests = account.log.token.length
  const calls = countBilled(account)
  if (failed < BURST) return { tokenRequests, failed, calls }
  return { tokenRequests: excluded(tokenRequests), failed, calls: excluded(calls) }
}
