import { isServed, PHYSICIANS } from './requests.mjs'

/** Opens an account with a clock that a test can move forward. */
export async function openWithClock({ open, installClock }) {
  let settled = async () => {}
  const clock = installClock(() => settled())
  const stage = await open()
  settled = stage.traffic.quiet
  return { ...stage, clock }
}

/**
 * Sends requests at regular intervals.
 *
 * @param before called before each request, with the minutes that have passed
 * @returns for each request, whether it was served and whether it waited for the token endpoint
 */
export async function sendRegularly(
  { client, traffic, clock },
  { steps, minutes, before = () => {} },
) {
  const requests = []
  for (let step = 1; step <= steps; step++) {
    await clock.passMinutes(minutes)
    before(step * minutes)
    traffic.hold('token')
    let isDone = false
    const served = isServed(client.request(PHYSICIANS)).finally(() => {
      isDone = true
    })
    // By now a renewal in the background is under way.
    await traffic.quiet()
    const waited = traffic.isHolding('token') && !isDone
    traffic.release('token')
    requests.push({ served: await served, waited })
  }
  return requests
}
