import { describe, expect, it, vi } from 'vitest'
import type { Token } from '../../src/token/life.js'
import { createSingleFlight } from '../../src/token/single-flight.js'
import { fakeClocks } from '../support/clocks.js'

const transport = { defaults: {} }
const issued = { grant: 'client_credentials' } as Token

/** A flight whose token request is settled by hand. */
function startFlight(flights: ReturnType<typeof createSingleFlight>) {
  let [resolve, reject] = [(_: Token) => {}, (_: unknown) => {}]
  const issuing = new Promise<Token>((...settle) => {
    ;[resolve, reject] = settle
  })
  const flight = flights.start(issuing, transport)
  flight.promise = issuing
  return { flight, issuing, resolve, reject }
}

describe('a single flight', () => {
  it('is current until its token request ends', async () => {
    const flights = createSingleFlight(60_000)
    expect(flights.current()).toBeUndefined()
    const { flight, resolve } = startFlight(flights)
    expect(flights.current()).toBe(flight)
    resolve(issued)
    await flight.promise
    expect(flights.current()).toBeUndefined()
  })

  it('gives every caller its promise', async () => {
    const flights = createSingleFlight(60_000)
    const { flight, resolve } = startFlight(flights)
    expect([flight.transport, flight.isInvalidated]).toEqual([transport, false])
    expect(flight.isAwaited).toBe(false)
    resolve(issued)
    await flight.promise
  })

  it('ends before the callbacks of the caller that started it, whether it succeeds or fails', async () => {
    const flights = createSingleFlight(60_000)
    const seen: unknown[] = []
    const first = startFlight(flights)
    const afterFirst = first.issuing.then(() => seen.push(flights.current()))
    first.resolve(issued)
    await afterFirst
    const second = startFlight(flights)
    const afterSecond = second.issuing.catch(() => seen.push(flights.current()))
    second.reject(new Error('failed'))
    await afterSecond
    expect(seen).toEqual([undefined, undefined])
  })

  describe('that never ends', () => {
    fakeClocks()

    it('counts as lost after its longest time, and does not end the next one', async () => {
      const flights = createSingleFlight(1_000)
      const lost = startFlight(flights)
      vi.advanceTimersByTime(999)
      expect(flights.current()).toBe(lost.flight)
      vi.advanceTimersByTime(1)
      expect(flights.current()).toBeUndefined()
      const next = startFlight(flights)
      lost.resolve(issued)
      await lost.flight.promise
      expect(flights.current()).toBe(next.flight)
    })
  })
})
