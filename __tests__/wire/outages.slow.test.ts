import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuth, type CaspioAuthOptions } from '../../src/index.js'
import { atRest, fakeTime } from '../support/clocks.js'
import { HOUR, MINUTE, SECOND } from '../support/durations.js'

const HOME = 'https://a1bcd234.caspio.com'
const CREDENTIALS = {
  clientID: 'id',
  clientSecret: 'secret',
  tokenEndpointURL: `${HOME}/oauth/token`,
}

type Config = InternalAxiosRequestConfig
type Answer = (config: Config) => Promise<AxiosResponse>

function answers(status: number, data: object = {}, headers: object = {}): Answer {
  return async (config) => ({
    status,
    statusText: '',
    headers: { ...headers },
    data: JSON.stringify(data),
    config,
  })
}

/** An account in memory, with fake clocks and timers: it can serve 100 requests a second for hours. */
interface Simulation {
  /** How the token endpoint answers. If undefined, it issues tokens. */
  token: Answer | undefined
  resource: Answer
  readonly api: ReturnType<typeof axios.create>
  readonly auth: CaspioAuth
  /** The number of token requests. */
  tokenRequests: number
  /** How many requests ended with each status or error code. */
  readonly ended: Record<string, number>
  /** Sends `burst` requests every `step` ms for `ms`, without waiting for their answers. */
  run(ms: number, step: number, url?: string, burst?: number): Promise<void>
}

function simulate(options: CaspioAuthOptions = {}, expiresIn = 86_399): Simulation {
  const issue: Answer = (config) =>
    answers(200, {
      access_token: `token-${simulation.tokenRequests}`,
      token_type: 'bearer',
      expires_in: expiresIn,
      refresh_token: 'a08db9eae63c4b17b0bd992a4f42902c',
    })(config)
  const api = axios.create({
    baseURL: HOME,
    transformRequest: [],
    transformResponse: [],
    validateStatus: null,
    adapter: (config) => {
      if (config.url !== CREDENTIALS.tokenEndpointURL) return simulation.resource(config)
      simulation.tokenRequests++
      return (simulation.token ?? issue)(config)
    },
  })
  const ended: Record<string, number> = {}
  const count = (outcome: string | number) => {
    ended[outcome] = (ended[outcome] ?? 0) + 1
  }
  const simulation: Simulation = {
    token: undefined,
    resource: answers(200),
    api,
    auth: attachCaspioAuth(api, CREDENTIALS, options),
    tokenRequests: 0,
    ended,
    async run(ms, step, url = '/rest/v2/tables', burst = 1) {
      for (let left = ms; left > 0; left -= step) {
        for (let sent = 0; sent < burst; sent++) {
          api.get(url).then(
            ({ status }) => count(status),
            ({ code }) => count(code),
          )
        }
        await atRest()
        vi.advanceTimersByTime(step)
      }
      await atRest()
    },
  }
  return simulation
}

function simulateTime(): void {
  const { stackTraceLimit } = Error
  fakeTime()
  beforeEach(() => {
    // Recording a stack would take longer than the whole request.
    Error.stackTraceLimit = 0
  })
  afterEach(() => {
    Error.stackTraceLimit = stackTraceLimit
  })
}

const refused: Answer = (config) =>
  Promise.reject(new AxiosError('connect ECONNREFUSED', 'ECONNREFUSED', config))
const silent: Answer = () => new Promise(() => {})

const OUTAGES: Record<string, Answer> = {
  'answers 503': answers(503),
  'answers 429 and Retry-After: 1': answers(429, {}, { 'retry-after': '1' }),
  'refuses the connection': refused,
  'does not answer': silent,
}

describe('an hour of outage', () => {
  simulateTime()

  describe.each(Object.keys(OUTAGES))('of a token endpoint that %s', (kind) => {
    const outage = OUTAGES[kind] as Answer

    it('costs at most 150 token requests under constant traffic', async () => {
      const simulation = simulate()
      simulation.token = outage
      await simulation.run(HOUR, SECOND / 2)
      expect(simulation.tokenRequests).toBeLessThanOrEqual(150)
      // The plugin keeps trying.
      expect(simulation.tokenRequests).toBeGreaterThan(60)
      expect(simulation.ended).toEqual({ ERR_CASPIO_TOKEN_ENDPOINT: expect.any(Number) })
    })

    it('that begins while a token is valid costs no more, and fails requests only after expiry', async () => {
      const simulation = simulate()
      await simulation.run(SECOND, SECOND)
      vi.advanceTimersByTime(23.7 * HOUR)
      simulation.token = outage
      const left = 86_399 * SECOND - 23.7 * HOUR
      await simulation.run(left - 10 * SECOND, SECOND)
      expect(Object.keys(simulation.ended)).toEqual(['200'])
      await simulation.run(HOUR - left, SECOND)
      expect(Object.keys(simulation.ended)).toEqual(['200', 'ERR_CASPIO_TOKEN_ENDPOINT'])
      expect(simulation.tokenRequests).toBeLessThanOrEqual(152)
    })

    it('is followed by a successful request within 30 s of its end', async () => {
      const delays: number[] = []
      for (let extra = 0; extra < 40; extra += 3.3) {
        const simulation = simulate()
        simulation.token = outage
        await simulation.run(3 * MINUTE + extra * SECOND, SECOND)
        expect(simulation.ended[200]).toBeUndefined()
        simulation.token = undefined
        const over = Date.now()
        while (!simulation.ended[200] && Date.now() < over + MINUTE) {
          await simulation.run(SECOND / 2, SECOND / 2)
        }
        delays.push(Date.now() - over)
      }
      expect(Math.max(...delays)).toBeLessThanOrEqual(30.5 * SECOND)
    })

    it('is over at once if getAccessToken({ renew: true }) gets a token', async () => {
      const simulation = simulate()
      simulation.token = outage
      await simulation.run(3 * MINUTE + 20 * SECOND, SECOND)
      simulation.token = undefined
      const over = Date.now()
      let token: unknown
      simulation.auth.getAccessToken({ renew: true }).then((answer) => {
        token = answer
      })
      await atRest()
      expect(token).toMatchObject({ token_type: 'bearer' })
      await simulation.run(100, 100)
      expect(simulation.ended[200]).toBe(1)
      expect(Date.now() - over).toBe(100)
    })
  })
})

describe('an hour', () => {
  simulateTime()

  const MOST = 20

  it('of 100 requests a second costs at most 20 token requests if every token is rejected', async () => {
    const simulation = simulate()
    simulation.resource = answers(401)
    await simulation.run(HOUR, 50, '/rest/v2/tables', 5)
    expect(simulation.ended).toEqual({ 401: 360_000 })
    expect(simulation.tokenRequests).toBeLessThanOrEqual(MOST)
    // The plugin keeps trying.
    expect(simulation.tokenRequests).toBeGreaterThan(10)
  }, 60_000)

  it('of late, unordered 401s after a normal start costs no more', async () => {
    const simulation = simulate()
    await simulation.run(MINUTE, SECOND)
    // One recovery succeeds.
    simulation.resource = async (config) => {
      simulation.resource = answers(200)
      return answers(401)(config)
    }
    await simulation.run(MINUTE, SECOND)
    simulation.tokenRequests = 0
    let sent = 0
    simulation.resource = async (config) => {
      await new Promise((resolve) => setTimeout(resolve, 20 + ((++sent * 137) % 1_000)))
      return answers(401)(config)
    }
    await simulation.run(HOUR, 250)
    expect(Object.keys(simulation.ended)).toEqual(['200', '401'])
    expect(simulation.tokenRequests).toBeLessThanOrEqual(MOST)
    expect(simulation.tokenRequests).toBeGreaterThan(8)
  })

  it('of 400s that shouldRenew accepts costs no more', async () => {
    const simulation = simulate({ shouldRenew: ({ status }) => status === 401 || status === 400 })
    simulation.resource = (config) =>
      Promise.reject(
        new AxiosError('IncorrectQueryParameter', 'ERR_BAD_REQUEST', config, null, {
          status: 400,
          statusText: '',
          headers: {},
          data: '',
          config,
        }),
      )
    await simulation.run(HOUR, 250)
    expect(simulation.ended).toEqual({ ERR_BAD_REQUEST: 14_400 })
    expect(simulation.tokenRequests).toBeLessThanOrEqual(MOST)
  })

  it('in which one resource rejects every token costs no more, and other resources still work', async () => {
    const simulation = simulate()
    simulation.resource = (config) => answers(config.url === '/locked' ? 401 : 200)(config)
    for (let second = 0; second < 3_600; second += 0.5) {
      await simulation.run(200, 100, '/locked')
      await simulation.run(300, 100, '/open')
    }
    expect(simulation.ended).toEqual({ 200: 21_600, 401: 14_400 })
    expect(simulation.tokenRequests).toBeLessThanOrEqual(MOST)
  })

  it('in which the client is refused costs a token request every 30 s', async () => {
    const simulation = simulate()
    simulation.token = answers(400, { error: 'invalid_client' })
    await simulation.run(HOUR, 250)
    expect(simulation.ended).toEqual({ ERR_CASPIO_CREDENTIALS: 14_400 })
    expect(simulation.tokenRequests).toBe(120)
  })
})
