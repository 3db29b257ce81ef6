import { warm } from '../support/requests.mjs'
import { openWithClock, walk } from '../support/walk.mjs'

export const rows = [
  {
    id: 'waited',
    name: 'A request every minute, past the expiry of the token: requests that waited for the token endpoint',
    better: 'lower',
  },
]

export async function measure(world) {
  const stage = await openWithClock(world)
  await warm(stage.client)
  await stage.clock.passMinutes(21 * 60)
  const requests = await walk(stage, { steps: 3.5 * 60, minutes: 1 })
  return { waited: requests.filter(({ waited }) => waited).length }
}
