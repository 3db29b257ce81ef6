import { axios } from './axios.js'
import { clearTimeout } from './real-timers.js'
import { startTimer } from './timers.js'

/** Counts calls that may share a connection pool with the work that has a time limit. */
export interface CallCounts {
  /** How many calls were sent. */
  sent: number
  /** How many of them were sent before the work: the pool may serve them first. */
  ahead: number
  /** How many of those ahead have been answered. */
  answered: number
}

export const createCallCounts = (): CallCounts => ({ sent: 0, ahead: 0, answered: 0 })

// A timer is late if it takes this many times its own length.
const LATE = 1.1

/**
 * Ends `work` after `ms`: rejects with the code `ETIMEDOUT`, and aborts the signal. If a call ahead of
 * the work was answered in this time, the time starts again. It also starts again, once, if the timer is
 * late: then the process was blocked or frozen, and the answer may be there already.
 */
export function withTimeLimit<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  calls = createCallCounts(),
): Promise<T> {
  const controller = new AbortController()
  calls.ahead = calls.sent
  return new Promise<T>((resolve, reject) => {
    let timer: ReturnType<typeof startTimer>
    const start = (mayBeLate: boolean) => {
      const { answered } = calls
      const startedAt = performance.now()
      timer = startTimer(() => {
        if (calls.answered !== answered) return start(true)
        if (mayBeLate && performance.now() - startedAt > LATE * ms) return start(false)
        reject(new axios.AxiosError(`no answer within ${ms} ms`, 'ETIMEDOUT'))
        controller.abort()
      }, ms)
    }
    start(true)
    // Not at once: a user's function that needs a token itself must find this token request under way.
    const working = Promise.resolve().then(() => work(controller.signal))
    working.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
