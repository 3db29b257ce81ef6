import axios from 'axios'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { parseRetryAfter } from '../../src/lib/retry-after.js'
import { rejectionOf } from '../support/outcomes.js'
import { cases } from '../support/thorough.js'

// A failing run prints its seed and path: `fc.assert(property, { seed, path })` replays it.

const NOW = Date.UTC(2025, 2, 3, 12, 0, 0)
const YEAR = 365 * 24 * 60 * 60 * 1_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'], now: NOW })
})

afterEach(() => {
  vi.useRealTimers()
})

const someText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'0123456789-+.,:eExTZ GMTMonMar') }),
  fc.bigInt().map(String),
  fc.double().map(String),
  fc.constantFrom('9'.repeat(400), '-0', '1e9', 'Infinity', '١٢', '275760-09-14T00:00:00Z'),
  fc.date({ noInvalidDate: true }).map(String),
)

const wholeSeconds = fc.integer({ min: -YEAR / 1_000, max: 5 * (YEAR / 1_000) })

describe('Retry-After', () => {
  it('is parsed to a number of milliseconds, never below 0, whatever the value', () => {
    const property = fc.property(fc.oneof(someText, fc.anything()), (value) => {
      fc.pre(isPrintable(value))
      expect(parseRetryAfter(value)).toBeGreaterThanOrEqual(0)
    })
    fc.assert(property, { numRuns: 5_000 })
  })

  it('in digits means seconds, with any number of leading zeros', () => {
    const property = fc.property(fc.nat(), fc.nat(20), (seconds, zeros) => {
      expect(parseRetryAfter('0'.repeat(zeros) + seconds)).toBe(seconds * 1_000)
    })
    fc.assert(property)
  })

  it('as an HTTP date counts from now, and a date in the past means no wait', () => {
    const property = fc.property(wholeSeconds, (seconds) => {
      const date = new Date(NOW + seconds * 1_000).toUTCString()
      expect(parseRetryAfter(date)).toBe(Math.max(0, seconds * 1_000))
    })
    fc.assert(property)
  })

  it('schedules the next attempt in 1 s to 5 min, whatever the value', async () => {
    let header: unknown
    const api = axios.create({
      baseURL: 'https://a1bcd234.caspio.com',
      adapter: async (config) => {
        const headers = { 'retry-after': header } as Record<string, string>
        return { data: '', status: 503, statusText: '', headers, config }
      },
    })
    const property = fc.asyncProperty(someText, async (text) => {
      header = text
      const auth = attachCaspioAuth(
        api,
        {
          clientID: 'id',
          clientSecret: 'secret',
          tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
        },
        { retries: 0 },
      )
      const error = await rejectionOf(auth.getAccessToken())
      const due = error.nextAttemptAt.getTime() - NOW
      expect(due).toBeGreaterThanOrEqual(1_000)
      expect(due).toBeLessThanOrEqual(300_000)
    })
    await fc.assert(property, { numRuns: cases(1_000) })
  })
})

// A header is text. Skip the values that cannot be converted to text.
function isPrintable(value: unknown): boolean {
  try {
    return typeof String(value) === 'string'
  } catch {
    return false
  }
}
