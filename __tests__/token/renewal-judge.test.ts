import { describe, expect, it, vi } from 'vitest'
import { createRenewalJudge } from '../../src/token/renewal-judge.js'
import { fakeClocks } from '../support/clocks.js'

/** Records `count` renewals whose tokens are rejected, too. */
function rejectRenewals(judge: ReturnType<typeof createRenewalJudge>, count: number): void {
  for (let i = 0; i < count; i++) {
    const token = {}
    judge.watch(token)
    judge.recordOutcome(token, false)
  }
}

describe('the judge of renewals', () => {
  fakeClocks()

  it('finds a renewal useless if its token is rejected, too', () => {
    const judge = createRenewalJudge()
    const token = {}
    judge.watch(token)
    expect([judge.isUseless(token), judge.isCoolingDown()]).toEqual([false, false])
    judge.recordOutcome(token, false)
    expect([judge.isUseless(token), judge.isCoolingDown()]).toEqual([true, true])
    vi.advanceTimersByTime(1_000)
    expect([judge.isUseless(token), judge.isCoolingDown()]).toEqual([true, false])
  })

  it('counts a token once, however many requests are rejected with it', () => {
    const judge = createRenewalJudge()
    const token = {}
    judge.watch(token)
    for (let i = 0; i < 10; i++) judge.recordOutcome(token, false)
    vi.advanceTimersByTime(1_000)
    expect(judge.isCoolingDown()).toBe(false)
  })

  it('lets the cooldown double to 60 s', () => {
    const judge = createRenewalJudge()
    rejectRenewals(judge, 10)
    vi.advanceTimersByTime(59_999)
    expect(judge.isCoolingDown()).toBe(true)
    vi.advanceTimersByTime(1)
    expect(judge.isCoolingDown()).toBe(false)
  })

  it('ends the cooldown when a token is accepted', () => {
    const judge = createRenewalJudge()
    rejectRenewals(judge, 3)
    judge.recordOutcome({}, true)
    expect(judge.isCoolingDown()).toBe(false)
  })

  it('ends the cooldown at a reset', () => {
    const judge = createRenewalJudge()
    rejectRenewals(judge, 3)
    judge.reset()
    expect(judge.isCoolingDown()).toBe(false)
    rejectRenewals(judge, 1)
    vi.advanceTimersByTime(1_000)
    expect(judge.isCoolingDown()).toBe(false)
  })

  it('does not call a token useless that was accepted before', () => {
    const judge = createRenewalJudge()
    const token = {}
    judge.watch(token)
    judge.recordOutcome(token, true)
    judge.recordOutcome(token, false)
    expect([judge.isUseless(token), judge.isCoolingDown()]).toEqual([false, false])
  })

  it('forgives one useless renewal after a useful one: that token may have been revoked, too', () => {
    const judge = createRenewalJudge()
    judge.recordOutcome({}, true)
    rejectRenewals(judge, 1)
    expect(judge.isCoolingDown()).toBe(false)
    rejectRenewals(judge, 1)
    expect(judge.isCoolingDown()).toBe(true)
  })

  it('ignores a token that replaced no rejected one', () => {
    const judge = createRenewalJudge()
    judge.recordOutcome({}, false)
    expect(judge.isCoolingDown()).toBe(false)
  })
})
