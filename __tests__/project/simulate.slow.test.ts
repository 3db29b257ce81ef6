import { describe, expect, it } from 'vitest'
import { type Scenario, simulate } from '../../bench/simulate/fleet.js'

// npm run simulate uses 10,000 processes and 60 days.
const FLEET = { processes: 300, days: 10 }
const SEED = 1

function run(store: Scenario['store'], refreshes: boolean): ReturnType<typeof simulate> {
  return simulate({ ...FLEET, store, refreshes }, SEED)
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0)
}

describe('a fleet of 300 processes in 10 days, each restarted every day', () => {
  it('makes a token request for each start without a store, and creates thousands of refresh tokens', async () => {
    const { tokenRequests, liveRefreshTokens, deadTokens } = await run('none', false)
    expect(sum(tokenRequests)).toBeGreaterThan(300 * 9)
    expect(liveRefreshTokens.at(-1)).toBe(sum(tokenRequests))
    expect(deadTokens).toBe(0)
  })

  it('makes at most 1.2 token requests a day with a lock, and keeps at most 5 refresh tokens', async () => {
    const { tokenRequests, liveRefreshTokens, deadTokens, requests } = await run('with lock', true)
    expect(requests).toBe(300 * 10 * 48)
    expect(deadTokens).toBe(0)
    expect(sum(tokenRequests) / 10).toBeLessThanOrEqual(1.2)
    expect(sum(tokenRequests)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...liveRefreshTokens)).toBeLessThanOrEqual(5)
  })

  it('creates a refresh token for each renewal with a lock but without the refresh grant', async () => {
    const { tokenRequests, liveRefreshTokens } = await run('with lock', false)
    expect(sum(tokenRequests) / 10).toBeLessThanOrEqual(1.2)
    expect(liveRefreshTokens.at(-1)).toBe(sum(tokenRequests))
  })

  it('fetches a token for each process at the common start without a lock, and few later', async () => {
    const { tokenRequests, deadTokens } = await run('without lock', true)
    const [first = 0, ...later] = tokenRequests
    expect(first).toBeLessThanOrEqual(301)
    expect(sum(later)).toBeLessThanOrEqual(2 * 9)
    expect(deadTokens).toBe(0)
  })
})
