import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type CallMeterOptions,
  type CallRow,
  createCallMeter,
  summariseCalls,
} from '../../src/metering/index.js'
import { thrownBy } from '../support/outcomes.js'
import { API, callEvent, countOf, memorySink, sumOf, TOKEN_REQUEST, unanswered } from './support.js'

const HOUR_MS = 3_600_000

/** Lets the clock of the meter show this moment. */
function setTime(moment: string): void {
  vi.setSystemTime(Date.parse(moment))
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  setTime('2026-11-15T12:00:00Z')
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the snapshot', () => {
  it('has the sums of the period, by day, by kind and by resource', () => {
    const { onEvent, snapshot } = createCallMeter()
    onEvent(TOKEN_REQUEST)
    onEvent(callEvent())
    setTime('2026-11-16T12:00:00Z')
    onEvent(callEvent({ status: 401, errorCode: 'ERR_BAD_REQUEST' }))
    onEvent(callEvent({ resent: true }))
    onEvent(unanswered('ECONNRESET'))
    onEvent(unanswered('ECONNREFUSED'))
    expect(snapshot()).toEqual({
      period: { from: '2026-11-01', to: '2026-11-30' },
      calls: countOf(4, 5),
      byDay: { '2026-11-15': countOf(2), '2026-11-16': countOf(2, 3) },
      byKind: { call: countOf(2, 3), resend: countOf(1), token: countOf(1) },
      byResource: { files: countOf(0, 1), 'oauth/token': countOf(1), 'tables/Orders': countOf(3) },
      projected: { lower: 62, upper: 78 },
    })
    expect(Object.keys(snapshot().byResource)).toEqual(['files', 'oauth/token', 'tables/Orders'])
  })

  it('of a new meter is empty', () => {
    expect(createCallMeter().snapshot()).toEqual({
      period: { from: '2026-11-01', to: '2026-11-30' },
      calls: countOf(0),
      byDay: {},
      byKind: { call: countOf(0), resend: countOf(0), token: countOf(0) },
      byResource: {},
      projected: countOf(0),
    })
  })

  it('does not mention what Caspio cannot have received', () => {
    const { onEvent, snapshot } = createCallMeter()
    onEvent(unanswered('ECONNREFUSED'))
    expect([snapshot().byDay, snapshot().byResource]).toEqual([{}, {}])
  })

  it('is right again after the clock was a period ahead', () => {
    setTime('2027-01-20T12:00:00Z')
    const { onEvent, snapshot } = createCallMeter()
    onEvent(callEvent())
    vi.useRealTimers()
    vi.useFakeTimers({ now: Date.parse('2026-11-15T12:00:00Z') })
    onEvent(callEvent())
    onEvent(callEvent())
    vi.advanceTimersByTime(48 * HOUR_MS)
    expect(snapshot()).toMatchObject({
      period: { from: '2026-11-01', to: '2026-11-30' },
      calls: countOf(2),
      // 13.5 days are left.
      projected: countOf(16),
    })
  })

  it('does not change afterwards', () => {
    const { onEvent, snapshot } = createCallMeter()
    onEvent(callEvent())
    const first = snapshot()
    onEvent(callEvent())
    expect([first.calls, first.byDay['2026-11-15']]).toEqual([countOf(1), countOf(1)])
  })

  it('ignores events that are not calls', () => {
    const { onEvent, snapshot } = createCallMeter()
    onEvent({ type: 'request-resent' })
    onEvent({ type: 'token-rejected', status: 401 })
    onEvent({ type: 'token-taken', source: 'store' })
    expect(snapshot().calls).toEqual(countOf(0))
  })

  it('counts days and periods by the account’s clock', () => {
    const { onEvent, snapshot } = createCallMeter({ timeZone: 'America/New_York', billingDay: 27 })
    setTime('2026-11-27T04:59:59Z')
    onEvent(callEvent())
    expect(snapshot()).toMatchObject({
      period: { from: '2026-10-27', to: '2026-11-26' },
      byDay: { '2026-11-26': countOf(1) },
    })
    setTime('2026-11-27T05:00:00Z')
    expect(snapshot()).toMatchObject({
      period: { from: '2026-11-27', to: '2026-12-26' },
      calls: countOf(0),
      byDay: {},
    })
    onEvent(callEvent())
    expect(snapshot().byDay).toEqual({ '2026-11-27': countOf(1) })
  })

  it('counts a call on the day on which it was sent', () => {
    const sink = memorySink()
    const { onEvent, snapshot } = createCallMeter({ write: sink.write, writeEvery: 2 })
    setTime('2026-12-01T00:00:00.500Z')
    onEvent(callEvent())
    onEvent(callEvent({ duration: 1_000 }))
    expect(snapshot().byDay).toEqual({ '2026-12-01': countOf(1) })
    expect(sink.rows()).toMatchObject([
      { day: '2026-12-01', upper: 1 },
      { day: '2026-11-30', upper: 1 },
    ])
  })
})

describe('the projection', () => {
  it('goes on at the pace since the meter began, or since the period began', () => {
    setTime('2026-11-20T00:00:00Z')
    const { onEvent, snapshot } = createCallMeter()
    setTime('2026-11-22T00:00:00Z')
    for (let n = 0; n < 20; n++) onEvent(callEvent())
    // 10 a day for the nine days that are left.
    expect(snapshot().projected).toEqual(countOf(110))
    setTime('2026-12-11T00:00:00Z')
    for (let n = 0; n < 20; n++) onEvent(callEvent())
    // 2 a day for 31 days.
    expect(snapshot().projected).toEqual(countOf(62))
  })

  it('takes the calls of less than a day for those of a day', () => {
    setTime('2026-11-30T18:00:00Z')
    const { onEvent, snapshot } = createCallMeter()
    for (let n = 0; n < 100; n++) onEvent(callEvent())
    expect(snapshot().projected).toEqual(countOf(125))
  })

  it('knows that a day on which the clock changes has another length', () => {
    const options: CallMeterOptions = { timeZone: 'America/New_York', billingDay: 2 }
    setTime('2026-10-31T04:00:00Z')
    const { onEvent, snapshot } = createCallMeter(options)
    vi.setSystemTime(Date.now() + 24 * HOUR_MS)
    for (let n = 0; n < 24; n++) onEvent(callEvent())
    // One an hour for the 25 hours of November 1.
    expect(snapshot().projected).toEqual(countOf(49))
  })
})

describe('summariseCalls', () => {
  const row = (change: Partial<CallRow>): CallRow => ({
    day: '2026-11-15',
    kind: 'call',
    resource: 'tables/Orders',
    lower: 1,
    upper: 2,
    ...change,
  })

  it('adds up the rows of the current billing period', () => {
    const rows = [
      row({}),
      row({ day: '2026-11-13' }),
      row({ kind: 'token', resource: 'oauth/token' }),
      row({ day: '2026-10-31' }),
      row({ day: '2026-12-01' }),
    ]
    setTime('2026-11-15T00:00:00Z')
    expect(summariseCalls(rows)).toEqual({
      period: { from: '2026-11-01', to: '2026-11-30' },
      calls: countOf(3, 6),
      byDay: { '2026-11-13': countOf(1, 2), '2026-11-15': countOf(2, 4) },
      byKind: { call: countOf(2, 4), resend: countOf(0), token: countOf(1, 2) },
      byResource: { 'oauth/token': countOf(1, 2), 'tables/Orders': countOf(2, 4) },
      // Counting began two days ago, and 16 are left.
      projected: countOf(27, 54),
    })
  })

  it('adds up those of another time and account', () => {
    const now = Date.parse('2026-12-27T04:00:00Z')
    const options = { timeZone: 'America/New_York', billingDay: 27 }
    expect(summariseCalls([row({ day: '2026-12-26' })], options, now)).toMatchObject({
      period: { from: '2026-11-27', to: '2026-12-26' },
      calls: countOf(1, 2),
    })
  })

  it.each([
    ['billingDay must be an integer from 1 to 28', { billingDay: 29 }],
    ['there is no option plan', { plan: 5 }],
  ])('says %s', (problem, options) => {
    const { message } = thrownBy(() => summariseCalls([], options as object))
    expect(message).toContain(`axios-caspio-auth: summariseCalls: ${problem}`)
  })
})

describe('options', () => {
  it.each<[string, unknown]>([
    ['timeZone must be an IANA time zone', { timeZone: 'Springfield' }],
    ['timeZone must be an IANA time zone', { timeZone: 5 }],
    ['billingDay must be an integer from 1 to 28', { billingDay: 29 }],
    ['billingDay must be an integer from 1 to 28', { billingDay: 0 }],
    ['billingDay must be an integer from 1 to 28', { billingDay: 1.5 }],
    ['plan must be a number of calls, at least 1', { plan: 0 }],
    ['write must be a function', { write: {} }],
    ['read must be a function', { read: [] }],
    ['writeEvery must be an integer, at least 1', { writeEvery: 0 }],
    ['onPace must be a function', { plan: 5, onPace: true }],
    ['onPace needs plan', { onPace() {} }],
    ['there is no option timezone. The options are timeZone, ', { timezone: 'UTC' }],
    ['there is no option toString', { toString: 1 }],
  ])('say %s (%#)', (message, options) => {
    const error = thrownBy(() => createCallMeter(options as CallMeterOptions))
    expect(error).toBeInstanceOf(TypeError)
    expect(error.message).toContain(`axios-caspio-auth: createCallMeter: ${message}`)
  })

  it('may name the 28th as the billing day', () => {
    expect(createCallMeter({ billingDay: 28 }).snapshot().period.from).toBe('2026-10-28')
  })

  it('may be undefined', () => {
    const meter = createCallMeter({ timeZone: undefined, write: undefined } as object)
    expect(meter.snapshot().period.from).toBe('2026-11-01')
  })
})

describe('memory', () => {
  it('holds a bounded number of names and rows, whatever is called and however long the sink is down', async () => {
    const sink = memorySink()
    let isDown = true
    const meter = createCallMeter({
      write(delta) {
        if (isDown) throw new Error('the sink is down')
        sink.write(delta)
      },
      writeEvery: 1,
    })
    const start = Date.now()
    let sent = 0
    for (let day = 0; day < 40; day++) {
      vi.setSystemTime(start + day * 24 * HOUR_MS)
      for (let n = 0; n < 1_200; n++) {
        meter.onEvent(callEvent({ url: `${API}/tables/T${n}/records` }))
        meter.onEvent(callEvent({ url: `${API}/tables/T${n}_of_day_${day}/records` }))
        sent += 2
      }
    }
    expect(Object.keys(meter.snapshot().byResource).length).toBeLessThanOrEqual(1_002)
    isDown = false
    await meter.flush()
    const rows = sink.rows()
    expect(sumOf(rows)).toEqual(countOf(sent))
    expect(rows.length).toBeLessThanOrEqual(10_000 + 50)
    expect(rows.filter(({ resource }) => resource === 'other').length).toBeGreaterThan(30)
  }, 60_000)
})
