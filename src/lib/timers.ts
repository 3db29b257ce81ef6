import { clearTimeout, setTimeout } from './real-timers.js'

/** Like `setTimeout`, but the timer does not keep the process alive. */
export function startTimer(onTimeout: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(onTimeout, ms)
  // Timers are objects in Node and numbers elsewhere.
  ;(timer as { unref?(): void }).unref?.()
  return timer
}

/** Resolves after `ms`, without keeping the process alive. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => startTimer(resolve, ms))
}

/** Keeps the process alive until the returned function is called, for 24 days at most. */
export function holdProcess(): () => void {
  // Not an interval: if timers are faked, running all of them would never end.
  const timer = setTimeout(() => {}, 2 ** 31 - 1)
  return () => clearTimeout(timer)
}
