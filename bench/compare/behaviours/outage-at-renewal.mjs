import { openWithClock, sendRegularly } from '../support/regular-requests.mjs'
import { sendFirst } from '../support/requests.mjs'

const DURATION_IN_MINUTES = 3.5 * 60
// The requests begin 21 hours into the token's 24.
const EXPIRY_AT = 3 * 60

export const rows = [
  {
    id: 'failed',
    name: 'The token endpoint is down for an hour around the expiry of the token, one request a minute: failed requests',
    better: 'lower',
  },
]

export async function measure(world) {
  const stage = await openWithClock(world)
  const { account, client, clock } = stage
  await sendFirst(client)
  await clock.passMinutes(21 * 60)
  const requests = await sendRegularly(stage, {
    steps: DURATION_IN_MINUTES,
    minutes: 1,
    before(minute) {
      if (minute === EXPIRY_AT - 30) account.tokenEndpoint.fail()
      if (minute === EXPIRY_AT + 30) account.tokenEndpoint.restore()
    },
  })
  return { failed: requests.filter(({ served }) => !served).length }
}
