import { describe, expect, it } from 'vitest'
import { type Scenario, simulate } from '../../bench/simulate/fleet.js'

// The short form of npm run simulate, which has 10,000 processes for 60 days.
const FLEET = { processes: 300, days: 10 }
const SEED = 1

function run(store: Scenario['store'], refreshes: boolean): ReturnType<typeof simulate> {
  return simulate({ ...FLEET, store, refreshes }, SEED)
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

describe('a fleet of 300 processes in 10 days, each restarted every day', () => {
  it('without a store: a token request for each start, and refresh tokens by the thousand', async () => {
    const { tokenRequests, liveRefreshTokens, deadTokens } = await run('none', false)
    expect(sum(tokenRequests)).toBeGreaterThan(300 * 9)
    expect(liveRefreshTokens.at(-1)).toBe(sum(tokenRequests))
    expect(deadTokens).toBe(0)
  })

  it('with a store and its lock: at most 1.2 token requests a day, and 5 refresh tokens', async () => {
    const { tokenRequests, liveRefreshTokens, deadTokens, requests } = await run('with lock', true)
    expect(requests).toBe(300 * 10 * 48)
    expect(deadTokens).toBe(0)
    expect(sum(tokenRequests) / 10).toBeLessThanOrEqual(1.2)
    expect(sum(tokenRequests)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...liveRefreshTokens)).toBeLessThanOrEqual(5)
  })

  it('with a lock but no refresh grant: a refresh token for each renewal', async () => {
    const { tokenRequests, liveRefreshTokens } = await run('with lock', false)
    expect(sum(tokenRequests) / 10).toBeLessThanOrEqual(1.2)
    expect(liveRefreshTokens.at(-1)).toBe(sum(tokenRequests))
  })

  it('with a store that has no lock: a token for each at the common start, and hardly any later', async () => {
    const { tokenRequests, deadTokens } = await run('without lock', true)
    const [first = 0, ...later] = tokenRequests
    expect(first).toBeLessThanOrEqual(301)
    expect(sum(later)).toBeLessThanOrEqual(2 * 9)
    expect(deadTokens).toBe(0)
  })
})
