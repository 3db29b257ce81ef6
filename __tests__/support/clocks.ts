import { afterEach, beforeEach, vi } from 'vitest'

function fake(...toFake: NonNullable<Parameters<typeof vi.useFakeTimers>[0]>['toFake'] & {}): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Both clocks stand still and are moved by hand; timers and sockets are real. */
export function fakeClocks(): void {
  fake('Date', 'performance')
}

/** Both clocks stand still and all timers wait for them: for what has no sockets. */
export function fakeTime(): void {
  fake('Date', 'performance', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval')
}

/** When everything has happened that waits for no timer, and Node has told what nobody handled. */
export function atRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
