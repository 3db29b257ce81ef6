import axios, { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { atRest, fakeTime } from '../support/clocks.js'
import { HOUR, MINUTE, SECOND } from '../support/durations.js'

const DAY = 24 * HOUR

const HOME = 'https://a1bcd234.caspio.com'
const CREDENTIALS = {
  clientID: 'id',
  clientSecret: 'secret',
  tokenEndpointURL: `${HOME}/oauth/token`,
}
const LIFE = 86_399 * SECOND

fakeTime()

/** What each step does to the clocks of the machine and to the real time. */
const STEPS: Record<string, (world: World) => void> = {
  'set forward by a day': () => vi.setSystemTime(Date.now() + DAY),
  'set back by a day': () => vi.setSystemTime(Date.now() - DAY),
  'set back by a day and forward again': () => {
    vi.setSystemTime(Date.now() - DAY)
    vi.setSystemTime(Date.now() + DAY)
  },
  'asleep for a day, with its monotonic clock stopped': (world) => {
    // Falling asleep and waking up take at least this long.
    vi.advanceTimersByTime(10)
    world.slept += DAY
    vi.setSystemTime(Date.now() + DAY)
  },
  'asleep for a day, with its monotonic clock running': () => vi.advanceTimersByTime(DAY),
}

/** An account in memory that knows the real time, and a client of it. */
class World {
  /** Time that passed while the monotonic clock stood still. */
  slept = 0
  tokenRequests = 0
  /** Milliseconds. */
  tokenLatency = 0
  tokenStatus = 200
  rejectsAll = false
  /** How many requests carried an expired token. */
  expiredTokensSent = 0
  readonly ended: (number | string)[] = []
  readonly #issuedAt = new Map<string, number>()
  readonly #api = axios.create({
    baseURL: HOME,
    validateStatus: null,
    adapter: (config) =>
      config.url === CREDENTIALS.tokenEndpointURL ? this.#issue(config) : this.#serve(config),
  })
  readonly auth = attachCaspioAuth(this.#api, CREDENTIALS, { timeout: 5_000 })

  get #now(): number {
    return performance.now() + this.slept
  }

  async #issue(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const access_token = `token-${++this.tokenRequests}`
    const { tokenStatus, tokenLatency } = this
    this.#issuedAt.set(`Bearer ${access_token}`, this.#now)
    if (tokenLatency) await new Promise((resolve) => setTimeout(resolve, tokenLatency))
    const data = JSON.stringify({
      access_token,
      token_type: 'bearer',
      expires_in: LIFE / SECOND,
      refresh_token: 'a08db9eae63c4b17b0bd992a4f42902c',
    })
    return { status: tokenStatus, statusText: '', headers: {}, data, config }
  }

  async #serve(config: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    const issuedAt =
      this.#issuedAt.get(`${config.headers.Authorization}`) ?? Number.NEGATIVE_INFINITY
    const isExpired = this.#now - issuedAt >= LIFE
    if (isExpired) this.expiredTokensSent++
    const status = isExpired || this.rejectsAll ? 401 : 200
    return { status, statusText: '', headers: {}, data: '', config }
  }

  send(): void {
    this.#api.get('/rest/v2/tables').then(
      ({ status }) => this.ended.push(status),
      ({ code }) => this.ended.push(code),
    )
  }

  /** A request every `step` ms for `ms`. */
  async run(ms: number, step: number): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      this.send()
      await atRest()
      vi.advanceTimersByTime(step)
      await atRest()
    }
  }
}

/** How to bring a client into the state in which the clock steps. */
const STATES: Record<string, (world: World) => Promise<void>> = {
  'no token yet': async () => {},
  'a token request under way': async (world) => {
    world.tokenLatency = 200
    world.send()
    await atRest()
  },
  'a valid token': (world) => world.run(MINUTE, SECOND),
  'a token that is due for renewal': async (world) => {
    await world.run(SECOND, SECOND)
    vi.advanceTimersByTime(LIFE - HOUR)
  },
  'an expired token': async (world) => {
    await world.run(SECOND, SECOND)
    vi.advanceTimersByTime(LIFE + HOUR)
  },
  'a renewal under way': async (world) => {
    await world.run(SECOND, SECOND)
    vi.advanceTimersByTime(LIFE - HOUR)
    world.tokenLatency = 200
    world.send()
    await atRest()
  },
  'a recovery under way': async (world) => {
    await world.run(SECOND, SECOND)
    world.tokenLatency = 200
    world.rejectsAll = true
    world.send()
    await atRest()
    world.rejectsAll = false
  },
  'a retry pending': async (world) => {
    world.tokenStatus = 503
    world.send()
    await atRest()
    world.tokenStatus = 200
  },
}

describe.each(Object.keys(STEPS))('on a machine that is %s, a client', (step) => {
  const doStep = STEPS[step] as (world: World) => void

  it.each(Object.keys(STATES))(
    'with %s sends no expired token and makes at most two token requests',
    async (state) => {
      const world = new World()
      await STATES[state]?.(world)
      world.tokenLatency = 0
      const before = world.tokenRequests
      doStep(world)
      await atRest()
      await world.run(10 * MINUTE, 2 * SECOND)
      expect(world.expiredTokensSent).toBe(0)
      expect(world.tokenRequests - before).toBeLessThanOrEqual(2)
      expect(world.ended.length).toBeGreaterThan(299)
      expect(new Set(world.ended)).toEqual(new Set([200]))

      // The same holds for the day after, which includes one renewal.
      await world.run(1.2 * DAY, 15 * MINUTE)
      expect(world.expiredTokensSent).toBe(0)
      expect(world.tokenRequests - before).toBeLessThanOrEqual(4)
      expect(new Set(world.ended)).toEqual(new Set([200]))
    },
  )

  it('in an outage keeps trying every 30 s, and recovers within 30 s of its end', async () => {
    const world = new World()
    world.tokenStatus = 503
    await world.run(3 * MINUTE, 2 * SECOND)
    const before = world.tokenRequests
    doStep(world)
    await atRest()
    await world.run(10 * MINUTE, 2 * SECOND)
    // Every 30 s; after a day of sleep the pauses begin with 1 s again.
    expect(world.tokenRequests - before).toBeGreaterThanOrEqual(19)
    expect(world.tokenRequests - before).toBeLessThanOrEqual(28)
    expect(new Set(world.ended)).toEqual(new Set(['ERR_CASPIO_TOKEN_ENDPOINT']))
    world.tokenStatus = 200
    await world.run(31 * SECOND, SECOND)
    expect(world.ended.at(-1)).toBe(200)
  })

  it('whose tokens are all rejected keeps renewing, less and less often', async () => {
    const world = new World()
    world.rejectsAll = true
    await world.run(3 * MINUTE, 2 * SECOND)
    const before = world.tokenRequests
    doStep(world)
    await atRest()
    await world.run(10 * MINUTE, 2 * SECOND)
    // Pauses of 128, 256 and 512 s; or of 1, 2, 4 … if a clock says that the last one was long ago.
    expect(world.tokenRequests - before).toBeGreaterThanOrEqual(2)
    expect(world.tokenRequests - before).toBeLessThanOrEqual(11)
    expect(new Set(world.ended)).toEqual(new Set([401]))
    world.rejectsAll = false
    await world.run(SECOND, SECOND)
    expect(world.ended.at(-1)).toBe(200)
    expect(world.expiredTokensSent).toBe(0)
  })
})

it('a clock that is set forward and back every minute costs at most two token requests', async () => {
  const world = new World()
  await world.run(MINUTE, SECOND)
  for (let minute = 0; minute < 60; minute++) {
    vi.setSystemTime(Date.now() + (minute % 2 ? -DAY : DAY))
    await world.run(MINUTE, SECOND)
  }
  expect(world.tokenRequests).toBeLessThanOrEqual(2)
  expect(new Set(world.ended)).toEqual(new Set([200]))
})

it('expires_in of getAccessToken() follows whichever clock leaves less time', async () => {
  const world = new World()
  await world.run(SECOND, SECOND)
  vi.setSystemTime(Date.now() - DAY)
  vi.advanceTimersByTime(HOUR)
  expect((await world.auth.getAccessToken()).expires_in).toBe(86_399 - 3_601)
  vi.setSystemTime(Date.now() + DAY + 2 * HOUR)
  expect((await world.auth.getAccessToken()).expires_in).toBe(86_399 - 3_601 - 7_200)
})
