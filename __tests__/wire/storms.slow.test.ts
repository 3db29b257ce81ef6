import { Agent } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { outcomesOf, PHYSICIANS, sleep, startBench } from '../support/account.js'
import { SECOND } from '../support/durations.js'

const STORM_IN_S = 20
const WORKERS = 200

const upTo = (ms: number) => Math.random() * ms

/** The largest number of these times within one second. */
function mostInASecond(times: number[]): number {
  return Math.max(...times.map((at) => times.filter((t) => t >= at && t < at + SECOND).length))
}

// The test uses real time. If the machine stalls for a second, a token is revoked before its request is
// resent, so the test is retried. A plugin with a bug fails every time.
const OPTIONS = { timeout: 40_000, retry: 2 }

it('at most 1% of requests fail while every token is revoked every second', OPTIONS, async () => {
  const httpAgent = new Agent({ keepAlive: true })
  onTestFinished(() => httpAgent.destroy())
  const { account, api } = await startBench({ axios: { httpAgent } })
  const answers: Promise<unknown>[] = []
  let isOver = false
  const work = async () => {
    while (!isOver) {
      // The latency applies to requests that arrive from now on.
      account.tokenEndpoint.latency = upTo(300)
      account.api.latency = upTo(100)
      const answer = api.get(PHYSICIANS, { params: { 'q.limit': 1 } })
      answers.push(answer)
      // Wait, so that this loop does not overload the machine.
      await answer.catch(() => {})
      await sleep(300 + upTo(200))
    }
  }
  const workers = Array.from({ length: WORKERS }, work)
  await sleep(upTo(SECOND))
  for (let second = 0; second < STORM_IN_S; second++) {
    account.revoke()
    await sleep(SECOND)
  }
  isOver = true
  await Promise.all(workers)

  const endings: Record<string, number> = {}
  for (const outcome of await outcomesOf(answers)) {
    const ending =
      outcome.status === 'fulfilled' ? 200 : (outcome.reason.response?.status ?? outcome.reason)
    endings[ending] = (endings[ending] ?? 0) + 1
  }
  const { 200: good, 401: rejected = 0, ...others } = endings
  expect(others).toEqual({})
  expect(good).toBeGreaterThan(2 * WORKERS)
  expect(rejected / answers.length).toBeLessThanOrEqual(0.01)
  const tokenRequestTimes = account.log.token.map(({ at }) => at)
  // Almost every second needs a new token.
  expect(tokenRequestTimes.length).toBeGreaterThanOrEqual(STORM_IN_S - 2)
  expect(mostInASecond(tokenRequestTimes)).toBeLessThanOrEqual(3)
})
