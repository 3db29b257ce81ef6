import { warm } from '../support/requests.mjs'
import { openWithClock, walk } from '../support/walk.mjs'

const WALK_IN_MINUTES = 3.5 * 60
// The walk begins 21 hours into the token's 24.
const EXPIRY_AT = 3 * 60

export const rows = [
  {
    id: 'lost',
    name: 'The token endpoint is down for the hour around the expiry, a request every minute: requests lost',
    better: 'lower',
  },
]

export async function measure(world) {
  const stage = await openWithClock(world)
  const { account, client, clock } = stage
  await warm(client)
  await clock.passMinutes(21 * 60)
  const requests = await walk(stage, {
    steps: WALK_IN_MINUTES,
    minutes: 1,
    before(minute) {
      if (minute === EXPIRY_AT - 30) account.tokenEndpoint.fail()
      if (minute === EXPIRY_AT + 30) account.tokenEndpoint.restore()
    },
  })
  return { lost: requests.filter(({ served }) => !served).length }
}
