import { billed, countLostOfHerd, outOfRace, warm } from '../support/requests.mjs'
import { openWithClock } from '../support/walk.mjs'

const HERD = 200

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Expired token, 200 requests at once: token requests',
    better: 'lower',
  },
  { id: 'lost', name: 'Expired token, 200 requests at once: requests lost', better: 'lower' },
  { id: 'calls', name: 'Expired token, 200 requests at once: calls billed', better: 'lower' },
]

/** Nothing happens for 25 hours, and then everybody comes. */
export async function measure(world) {
  const stage = await openWithClock(world)
  const { account, client, clock } = stage
  await warm(client)
  account.log.clear()
  await clock.passMinutes(25 * 60)
  const lost = await countLostOfHerd(stage, HERD)
  // With what a timer renewed meanwhile.
  const tokenRequests = account.log.token.length
  const calls = billed(account)
  if (lost < HERD) return { tokenRequests, lost, calls }
  return { tokenRequests: outOfRace(tokenRequests), lost, calls: outOfRace(calls) }
}
