/** A table of the stand-in account, with twelve records. */
export const PHYSICIANS = { url: '/tables/Physicians/records' }
const RECORDS = 12

/** Whether the request returned all records. */
export async function isServed(promise) {
  try {
    const { status, data } = await promise
    return status === 200 && data.Result.length === RECORDS
  } catch {
    return false
  }
}

/** How many of the requests did not. */
export async function countFailures(promises) {
  const served = await Promise.all(promises.map(isServed))
  return served.filter((one) => !one).length
}

/** Sends `count` requests at once. */
export function sendBurst(client, count) {
  return Array.from({ length: count }, () => client.request(PHYSICIANS))
}

/**
 * Sends `count` requests at once, and counts those that fail. The token endpoint answers only when
 * nothing else is under way, so that all requests meet the same renewal.
 */
export async function countFailuresOfBurst({ client, traffic }, count) {
  traffic.hold('token')
  const failures = countFailures(sendBurst(client, count))
  await traffic.quiet()
  traffic.release('token')
  return failures
}

/** Sends a first request, so that a token is in hand. */
export async function sendFirst(client) {
  if (await isServed(client.request(PHYSICIANS))) return
  throw new Error('the first request failed')
}

/** Caspio bills all calls that it receives. */
export function countBilled({ log }) {
  return log.token.length + log.api.length
}

/** Marks the value of a contestant that did not do the job. It is shown, but does not compete. */
export function excluded(value) {
  return { value, isExcluded: true }
}

export async function inTurn(count, send) {
  const results = []
  for (let index = 0; index < count; index++) results.push(await send(index))
  return results
}
