import { afterEach, beforeEach, onTestFinished, vi } from 'vitest'

function fake(...toFake: NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake'] & {}): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake })
  })
  afterEach(() => {
    // First, because a spy on a faked function would bring it back later.
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

/** Both clocks stand still until a test moves them. Timers and sockets are real. */
export function fakeClocks(): void {
  fake('Date', 'performance')
}

/** Like {@link fakeClocks}, for the rest of the running test, so that no cooldown ends during it. */
export function stopClocks(): void {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
}

/** Both clocks and all timers stand still until a test moves them. For tests without sockets. */
export function fakeTime(): void {
  fake('Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval')
}

/** No pause is lengthened or shortened at random. Call it after {@link fakeClocks} or {@link fakeTime}. */
export function withoutJitter(): void {
  beforeEach(() => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })
}

/** Resolves after all pending promises, and after Node has reported unhandled rejections. */
export function atRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
