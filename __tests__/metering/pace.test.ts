import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type CallMeterOptions,
  type CallPace,
  type CallRow,
  createCallMeter,
} from '../../src/metering/index.js'
import { atRest } from '../support/clocks.js'
import { watchUnhandled } from '../support/unhandled.js'
import { API, callEvent, countOf, TOKEN_REQUEST, unanswered } from './support.js'

const DAY_MS = 86_400_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  // Ten days are left, so that each call of the first day is projected to 11.
  vi.setSystemTime(Date.parse('2026-11-21T00:00:00Z'))
})

afterEach(() => {
  vi.useRealTimers()
})

function paced(options: CallMeterOptions) {
  const paces: CallPace[] = []
  const meter = createCallMeter({ onPace: (pace) => paces.push(pace), ...options })
  const count = async (calls: number) => {
    for (let n = 0; n < calls; n++) meter.onEvent(callEvent())
    await meter.flush()
  }
  return { meter, paces, count }
}

describe('onPace', () => {
  it('is called if the projection passes 90% of the plan', async () => {
    const { paces, count } = paced({ plan: 1_100 })
    // 90% are 990 calls.
    await count(90)
    expect(paces).toEqual([])
    await count(1)
    expect(paces).toEqual([
      {
        used: countOf(91),
        projected: countOf(1_001),
        plan: 1_100,
        top: [{ resource: 'tables/Orders', ...countOf(91) }],
      },
    ])
  })

  it('is called once a day at most', async () => {
    const { paces, count } = paced({ plan: 100, timeZone: 'America/New_York' })
    await Promise.all([count(10), count(10)])
    await count(10)
    expect(paces).toHaveLength(1)
    // The day ends at 05:00.
    vi.setSystemTime(Date.parse('2026-11-21T04:59:59Z'))
    await count(10)
    expect(paces).toHaveLength(1)
    vi.setSystemTime(Date.parse('2026-11-21T05:00:00Z'))
    await count(10)
    expect(paces).toHaveLength(2)
  })

  it('names the five resources with the most calls', async () => {
    const { meter, paces } = paced({ plan: 10 })
    for (let table = 1; table <= 7; table++) {
      for (let n = 0; n < table; n++) {
        meter.onEvent(callEvent({ url: `${API}/tables/T${table}/records` }))
      }
    }
    for (let n = 0; n < 9; n++) meter.onEvent(unanswered('ECONNRESET'))
    meter.onEvent(TOKEN_REQUEST)
    await meter.flush()
    expect(paces[0]?.top).toEqual([
      { resource: 'files', ...countOf(0, 9) },
      { resource: 'tables/T7', ...countOf(7) },
      { resource: 'tables/T6', ...countOf(6) },
      { resource: 'tables/T5', ...countOf(5) },
      { resource: 'tables/T4', ...countOf(4) },
    ])
  })

  it('looks every 250 calls, without a sink as well', async () => {
    const { meter, paces } = paced({ plan: 100 })
    for (let n = 0; n < 249; n++) meter.onEvent(callEvent())
    await atRest()
    expect(paces).toEqual([])
    meter.onEvent(callEvent())
    await atRest()
    expect(paces).toHaveLength(1)
  })

  it('covers the fleet if read returns what the sink has', async () => {
    const row = { day: '2026-11-20', kind: 'call', resource: 'views/Open' } as const
    const rows: CallRow[] = [{ ...row, ...countOf(500) }]
    const { paces, count } = paced({
      plan: 1_000,
      write: ({ counts }) => rows.push(...counts),
      read: async () => rows,
    })
    await count(1)
    expect(paces).toMatchObject([
      {
        used: countOf(501),
        projected: countOf(5_511),
        top: [{ resource: 'views/Open' }, { resource: 'tables/Orders' }],
      },
    ])
  })

  it('asks again later if read failed', async () => {
    let isDown = true
    const { paces, count } = paced({
      plan: 10,
      read() {
        if (isDown) throw new Error('the sink is down')
        return [{ day: '2026-11-21', kind: 'call', resource: 'files', ...countOf(50) }]
      },
    })
    await count(1)
    expect(paces).toEqual([])
    isDown = false
    await count(1)
    expect(paces).toHaveLength(1)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('the pager is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the pager is down'))],
  ])('may fail: if it %s, the counts are written all the same', async (_, onPace) => {
    const watch = watchUnhandled()
    let written = 0
    const { count } = paced({ plan: 10, onPace, write: () => written++ })
    await count(5)
    vi.setSystemTime(Date.now() + DAY_MS)
    await count(5)
    expect(written).toBe(2)
    expect(watch.unhandled).toEqual([])
    watch.end()
  })
})
