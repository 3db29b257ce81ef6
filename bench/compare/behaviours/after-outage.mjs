import { countLostOfHerd, PHYSICIANS } from '../support/requests.mjs'
import { openWithClock } from '../support/walk.mjs'

// After a first failure the plugin asks again after a second.
const PAUSE_IN_MINUTES = 1.3 / 60

export const rows = [
  {
    id: 'lost',
    name: 'The moment the token endpoint is up again, 200 requests at once: requests lost',
    better: 'lower',
    why: 'After a failure the plugin leaves the token endpoint alone for a second, doubling to 30, and callers without a token get the error meanwhile. This is the price of 3 calls in place of 100 while it is down. Who has a token in hand does not pay it: that one is renewed hours before it expires. `getAccessToken({ renew: true })` asks at once.',
  },
  {
    id: 'tokenRequests',
    name: 'A second after that, 200 requests at once: token requests',
    better: 'lower',
  },
]

export async function measure(world) {
  const { lost } = await comeBack(await openWithClock(world), 0)
  const { tokenRequests } = await comeBack(await openWithClock(world), PAUSE_IN_MINUTES)
  return { lost, tokenRequests }
}

async function comeBack(stage, pause) {
  const { account, client, clock } = stage
  account.tokenEndpoint.fail()
  await client.request(PHYSICIANS).catch(() => {})
  account.tokenEndpoint.restore()
  await clock.passMinutes(pause)
  account.log.clear()
  const lost = await countLostOfHerd(stage, 200)
  return { lost, tokenRequests: account.log.token.length }
}
