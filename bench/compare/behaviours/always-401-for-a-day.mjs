import { openWithClock } from '../support/regular-requests.mjs'
import { excluded, isServed, PHYSICIANS, sendFirst } from '../support/requests.mjs'

const FORBIDDEN = '/tables/Forbidden/records'
const MINUTES = 24 * 60

export const rows = [
  {
    id: 'tokenRequests',
    name: 'A resource that always answers 401, one request a minute for a day: token requests',
    better: 'lower',
    why: 'A client that never recovers makes one token request. The plugin tries another token after pauses that double to about an hour, because the profile may have been given access to the table in the meantime.',
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
  for (let minute = 0; minute < MINUTES; minute++) {
    await client.request({ url: FORBIDDEN }).catch(() => {})
    await traffic.quiet()
    await clock.passMinutes(1)
  }
  const tokenRequests = account.log.token.length
  // Does not compete if a token that is really revoked is not replaced.
  account.revoke()
  const isRecovered = await isServed(client.request(PHYSICIANS))
  return { tokenRequests: isRecovered ? tokenRequests : excluded(tokenRequests) }
}
