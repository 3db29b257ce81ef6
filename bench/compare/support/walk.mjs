import { isServed, PHYSICIANS } from './requests.mjs'

/** An account, and time that passes when told. */
export async function openWithClock({ open, installClock }) {
  let settled = async () => {}
  const clock = installClock(() => settled())
  const stage = await open()
  settled = stage.traffic.quiet
  return { ...stage, clock }
}

/**
 * A request every so often.
 *
 * @param before called before each, with the minutes that have passed
 * @returns of each, whether it was served and whether it waited for the token endpoint
 */
export async function walk({ client, traffic, clock }, { steps, minutes, before = () => {} }) {
  const requests = []
  for (let step = 1; step <= steps; step++) {
    await clock.passMinutes(minutes)
    before(step * minutes)
    traffic.hold('token')
    let isDone = false
    const served = isServed(client.request(PHYSICIANS)).finally(() => {
      isDone = true
    })
    // A renewal in the background is under way by then.
    await traffic.quiet()
    const waited = traffic.isHolding('token') && !isDone
    traffic.release('token')
    requests.push({ served: await served, waited })
  }
  return requests
}
