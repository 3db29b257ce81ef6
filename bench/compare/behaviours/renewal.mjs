import { openWithClock, sendRegularly } from '../support/regular-requests.mjs'
import { sendFirst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'waited',
    name: 'One request a minute until after the token expires: requests that waited for the token endpoint',
    better: 'lower',
  },
]

export async function measure(world) {
  const stage = await openWithClock(world)
  await sendFirst(stage.client)
  await stage.clock.passMinutes(21 * 60)
  const requests = await sendRegularly(stage, { steps: 3.5 * 60, minutes: 1 })
  return { waited: requests.filter(({ waited }) => waited).length }
}
