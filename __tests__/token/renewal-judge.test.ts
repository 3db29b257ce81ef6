import { describe, expect, it, vi } from 'vitest'
import { createRenewalJudge } from '../../src/token/renewal-judge.js'
import { fakeClocks, withoutJitter } from '../support/clocks.js'

type Judge = ReturnType<typeof createRenewalJudge>

/** The resource rejects a token, and then `count` replacements. */
function refuse(judge: Judge, resource: string, count = 1): void {
  judge.recordRejected({}, resource, 0)
  for (let i = 0; i < count; i++) judge.recordRejected({}, resource, 2)
}

/** How long 401s of the resource have been going to their callers when that ends. */
function msUntilOver(judge: Judge, resource: string): number {
  const startedAt = performance.now()
  while (judge.isCoolingDown(resource)) vi.advanceTimersByTime(500)
  return performance.now() - startedAt
}

describe('a resource', () => {
  fakeClocks()
  withoutJitter()

  it('has a cooldown if it rejects two tokens in a row', () => {
    const judge = createRenewalJudge()
    expect(judge.recordRejected({}, 'GET /a', 0)).toBe(false)
    expect([judge.isCoolingDown('GET /a'), judge.hasRefused('GET /a')]).toEqual([false, false])
    expect(judge.recordRejected({}, 'GET /a', 2)).toBe(true)
    expect([judge.isCoolingDown('GET /a'), judge.hasRefused('GET /a')]).toEqual([true, true])
    expect([judge.isCoolingDown('GET /b'), judge.hasRefused('GET /b')]).toEqual([false, false])
    expect(msUntilOver(judge, 'GET /a')).toBe(1_000)
    expect(judge.hasRefused('GET /a')).toBe(true)
  })

  it('counts a token once, however many requests are rejected with it', () => {
    const judge = createRenewalJudge()
    const [first, second] = [{}, {}]
    for (let i = 0; i < 10; i++) judge.recordRejected(first, 'GET /a', 2)
    expect(judge.isCoolingDown('GET /a')).toBe(false)
    for (let i = 0; i < 10; i++) judge.recordRejected(second, 'GET /a', 2)
    expect(msUntilOver(judge, 'GET /a')).toBe(1_000)
  })

  it('has a cooldown that doubles to an hour', () => {
    const judge = createRenewalJudge()
    refuse(judge, 'GET /a')
    const lengths = [msUntilOver(judge, 'GET /a')]
    while (lengths.length < 14) {
      judge.recordRejected({}, 'GET /a', 2)
      lengths.push(msUntilOver(judge, 'GET /a'))
    }
    const doubled = Array.from({ length: 12 }, (_, i) => 2 ** i * 1_000)
    expect(lengths).toEqual([...doubled, 3_600_000, 3_600_000])
  })

  it('has a cooldown that is up to half as long again, at random', () => {
    vi.mocked(Math.random).mockReturnValue(1)
    const judge = createRenewalJudge()
    refuse(judge, 'GET /a')
    expect(msUntilOver(judge, 'GET /a')).toBe(1_500)
    judge.recordRejected({}, 'GET /a', 2)
    expect(msUntilOver(judge, 'GET /a')).toBe(3_000)
  })

  it('is forgotten when it accepts a token', () => {
    const judge = createRenewalJudge()
    refuse(judge, 'GET /a')
    judge.recordAccepted(() => 'GET /b')
    expect(judge.isCoolingDown('GET /a')).toBe(true)
    judge.recordAccepted(() => 'GET /a')
    expect([judge.isCoolingDown('GET /a'), judge.hasRefused('GET /a')]).toEqual([false, false])
    expect(judge.recordRejected({}, 'GET /a', 2)).toBe(false)
  })

  it('is forgotten an hour after its cooldown', () => {
    const judge = createRenewalJudge()
    refuse(judge, 'GET /a', 5)
    vi.advanceTimersByTime(3_600_000 + 16_000)
    expect(judge.hasRefused('GET /a')).toBe(false)
    judge.recordRejected({}, 'GET /a', 2)
    expect(msUntilOver(judge, 'GET /a')).toBe(1_000)
  })

  it('has a cooldown if it rejects a second token that has worked elsewhere, and not the first', () => {
    const judge = createRenewalJudge()
    judge.recordRejected({}, 'GET /a', 1)
    judge.recordRejected({}, 'GET /a', 1)
    expect(judge.isCoolingDown('GET /a')).toBe(false)
    judge.recordRejected({}, 'GET /a', 1)
    expect(msUntilOver(judge, 'GET /a')).toBe(1_000)
    // Now it is known to refuse.
    judge.recordRejected({}, 'GET /a', 1)
    expect(msUntilOver(judge, 'GET /a')).toBe(2_000)
  })

  it('says of every resource that rejects a token whether another one refuses', () => {
    const judge = createRenewalJudge()
    expect(judge.recordRejected({}, 'GET /b', 2)).toBe(false)
    refuse(judge, 'GET /a')
    expect(judge.recordRejected({}, 'GET /c', 2)).toBe(true)
    judge.recordAccepted(() => 'GET /a')
    expect(judge.recordRejected({}, 'GET /d', 2)).toBe(false)
  })

  it('has no cooldown for a rejection that does not count', () => {
    const judge = createRenewalJudge()
    expect(judge.recordRejected({}, 'GET /a', 0)).toBe(false)
    expect(judge.recordRejected({}, 'GET /a', 0)).toBe(true)
    expect(judge.isCoolingDown('GET /a')).toBe(false)
  })

  it('is forgotten if a thousand others were rejected after it', () => {
    const judge = createRenewalJudge()
    const token = {}
    refuse(judge, 'GET /a')
    for (let i = 0; i < 999; i++) judge.recordRejected(token, `GET /${i}`, 0)
    expect(judge.hasRefused('GET /a')).toBe(true)
    judge.recordRejected(token, 'GET /999', 0)
    expect(judge.hasRefused('GET /a')).toBe(false)
  })
})

describe('several resources that refuse', () => {
  fakeClocks()
  withoutJitter()

  it('start a cooldown for all, once for each token', () => {
    const judge = createRenewalJudge()
    const [first, second] = [{}, {}]
    const names = ['GET /a', 'GET /b', 'GET /c', 'GET /d']
    for (const name of names) judge.recordRejected(first, name, 0)
    judge.recordRejected(second, 'GET /a', 2)
    expect(judge.isCoolingDown('GET /other')).toBe(false)
    for (const name of names) judge.recordRejected(second, name, 2)
    expect(msUntilOver(judge, 'GET /other')).toBe(1_000)
  })

  it('let that cooldown double to 60 s', () => {
    const judge = createRenewalJudge()
    const lengths = Array.from({ length: 9 }, (_, i) => {
      refuse(judge, `GET /${i}`)
      return msUntilOver(judge, 'GET /other')
    })
    expect(lengths).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  it('do not count twice: a resource that goes on refusing proves nothing new', () => {
    const judge = createRenewalJudge()
    refuse(judge, 'GET /a')
    refuse(judge, 'GET /a', 5)
    expect(judge.isCoolingDown('GET /other')).toBe(false)
  })

  it.each([
    ['an accepted request', (judge: Judge) => judge.recordAccepted(() => 'GET /good')],
    ['a reset', (judge: Judge) => judge.reset()],
  ])('have no cooldown any more after %s', (_, end) => {
    const judge = createRenewalJudge()
    for (const name of ['GET /a', 'GET /b', 'GET /c']) refuse(judge, name)
    end(judge)
    expect(judge.isCoolingDown('GET /other')).toBe(false)
    refuse(judge, 'GET /d')
    expect(judge.isCoolingDown('GET /other')).toBe(false)
    refuse(judge, 'GET /e')
    expect(msUntilOver(judge, 'GET /other')).toBe(1_000)
  })
})

it('a reset makes the judge forget every resource', () => {
  const judge = createRenewalJudge()
  refuse(judge, 'GET /a')
  judge.reset()
  expect([judge.isCoolingDown('GET /a'), judge.hasRefused('GET /a')]).toEqual([false, false])
})
