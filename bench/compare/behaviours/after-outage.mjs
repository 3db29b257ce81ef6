import { openWithClock } from '../support/regular-requests.mjs'
import { countFailuresOfBurst, PHYSICIANS } from '../support/requests.mjs'

// The plugin's first cooldown is one second.
const COOLDOWN_IN_MINUTES = 1.3 / 60

export const rows = [
  {
    id: 'failed',
    name: 'The token endpoint has just recovered, 200 requests at once: failed requests',
    better: 'lower',
    why: 'After a failed token request, the plugin starts a cooldown of one second. Each further failure doubles it, up to 30 seconds. Until it ends, callers without a token get the error. In return, the plugin makes 3 calls instead of 100 while the token endpoint is down. A process with a token in hand is not affected, because the plugin renews tokens hours before they expire. `getAccessToken({ renew: true })` makes a token request immediately.',
  },
  {
    id: 'tokenRequests',
    name: 'The token endpoint recovered a second ago, 200 requests at once: token requests',
    better: 'lower',
  },
]

export async function measure(world) {
  const { failed } = await endOutage(await openWithClock(world), 0)
  const { tokenRequests } = await endOutage(await openWithClock(world), COOLDOWN_IN_MINUTES)
  return { failed, tokenRequests }
}

async function endOutage(stage, minutes) {
  const { account, client, clock } = stage
  account.tokenEndpoint.fail()
  await client.request(PHYSICIANS).catch(() => {})
  account.tokenEndpoint.restore()
  await clock.passMinutes(minutes)
  account.log.clear()
  const failed = await countFailuresOfBurst(stage, 200)
  return { failed, tokenRequests: account.log.token.length }
}
