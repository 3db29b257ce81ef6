import { clearTimeout } from './real-timers.js'
import { startTimer } from './timers.js'

/** Ends `work` after `ms`: rejects with the code `ETIMEDOUT`, and aborts the signal. */
export function withTimeLimit<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  return new Promise<T>((resolve, reject) => {
    const timer = startTimer(() => {
      reject(Object.assign(new Error(`no answer within ${ms} ms`), { code: 'ETIMEDOUT' }))
      controller.abort()
    }, ms)
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
