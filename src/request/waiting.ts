import type { InternalAxiosRequestConfig } from 'axios'
import { AxiosError, CanceledError } from '../lib/axios.js'
import { own } from '../lib/own-properties.js'

/** What bounds a caller's wait. */
export type WaitBounds = Partial<
  Pick<InternalAxiosRequestConfig, 'signal' | 'cancelToken' | 'timeout' | 'timeoutErrorMessage'>
>

/**
 * Waits for a shared promise as long as the caller's signal, cancelToken and timeout allow. What
 * ends is this wait only. Rejects as axios does: CanceledError, or `timeout of … exceeded`.
 */
export function wait<T>(shared: Promise<T>, bounds: WaitBounds): Promise<T> {
  const { signal, cancelToken, timeout: limit } = own(bounds)
  const timeout = Number(limit)
  if (!signal && !cancelToken && !(timeout > 0)) return shared

  const config = bounds as InternalAxiosRequestConfig
  let end = () => {}
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(new CanceledError(undefined, config))
    const expire = () => reject(timeoutError(timeout, config))
    const timer = timeout > 0 ? setTimeout(expire, timeout) : undefined
    signal?.addEventListener?.('abort', abort)
    cancelToken?.subscribe(reject)
    end = () => {
      clearTimeout(timer)
      signal?.removeEventListener?.('abort', abort)
      cancelToken?.unsubscribe(reject)
    }
    if (signal?.aborted) abort()
    shared.then(resolve, reject)
  }).finally(end)
}

// Worded and coded as axios's own.
function timeoutError(timeout: number, config: InternalAxiosRequestConfig): AxiosError {
  return new AxiosError(
    config.timeoutErrorMessage || `timeout of ${timeout}ms exceeded waiting for the access token`,
    config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED',
    config,
  )
}
