import { openWithClock } from '../support/regular-requests.mjs'
import { excluded, isServed, PHYSICIANS, sendFirst } from '../support/requests.mjs'

const FORBIDDEN = '/tables/Forbidden/records'
const MINUTES = 24 * 60

export const rows = [
  {
    id: 'tokenRequests',
    name: 'A resource that always answers 401, one request a minute for a day, with a revocation at noon: token requests',
    better: 'lower',
  },
]

export async function measure(world) {
  // The plugin lengthens its pauses at random. Each run must give the same count.
  const { random } = Math
  Math.random = () => 0.5
  try {
    return await measureDay(await openWithClock(world))
  } finally {
    Math.random = random
  }
}

async function measureDay({ account, client, traffic, clock }) {
  account.api.fail({ status: 401, path: `/rest/v2${FORBIDDEN}` })
  await sendFirst(client)
  let isRecovered = false
  for (let minute = 0; minute < MINUTES; minute++) {
    await client.request({ url: FORBIDDEN }).catch(() => {})
    await traffic.quiet()
    await clock.passMinutes(1)
    if (minute === MINUTES / 2) {
      account.revoke()
      isRecovered = await isServed(client.request(PHYSICIANS))
    }
  }
  const tokenRequests = account.log.token.length
  // Does not compete if the revoked token was not replaced at once.
  return { tokenRequests: isRecovered ? tokenRequests : excluded(tokenRequests) }
}
