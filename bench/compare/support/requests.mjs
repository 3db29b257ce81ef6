/** A table of the stand-in account with twelve records. */
export const PHYSICIANS = { url: '/tables/Physicians/records' }
const RECORDS = 12

/** Whether the promise gave what was asked for. */
export async function isServed(promise) {
  try {
    const { status, data } = await promise
    return status === 200 && data.Result.length === RECORDS
  } catch {
    return false
  }
}

/** How many of the promises did not. */
export async function countLost(promises) {
  const served = await Promise.all(promises.map(isServed))
  return served.filter((one) => !one).length
}

/** `count` requests at once. */
export function herd(client, count) {
  return Array.from({ length: count }, () => client.request(PHYSICIANS))
}

/**
 * How many of `count` requests at once are lost. The token endpoint gets to see what it is asked
 * when nothing else moves any more, so that all of them meet the same renewal.
 */
export async function countLostOfHerd({ client, traffic }, count) {
  traffic.hold('token')
  const lost = countLost(herd(client, count))
  await traffic.quiet()
  traffic.release('token')
  return lost
}

/** A first request, so that a token is in hand. */
export async function warm(client) {
  if (await isServed(client.request(PHYSICIANS))) return
  throw new Error('the first request of all was not served')
}

/** Calls that Caspio bills: all that reach it. */
export function billed({ log }) {
  return log.token.length + log.api.length
}

/** A value of who did not do the job that it is the price of. It is shown, but wins nothing. */
export function outOfRace(value) {
  return { value, isOutOfRace: true }
}

export async function inTurn(count, act) {
  const results = []
  for (let index = 0; index < count; index++) results.push(await act(index))
  return results
}
