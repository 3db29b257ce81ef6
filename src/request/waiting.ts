import type { AxiosAdapter, AxiosError, InternalAxiosRequestConfig } from 'axios'
import { CaspioAuthError, isFailure } from '../contract/errors.js'
import { axios } from '../lib/axios.js'
import { clearTimeout, setTimeout } from '../lib/real-timers.js'
import { holdProcess } from '../lib/timers.js'
import type { Token } from '../token/life.js'

type Config = InternalAxiosRequestConfig

/** What can end a caller's wait. */
type WaitLimits = {
  readonly [Name in 'adapter' | 'signal' | 'cancelToken' | 'timeout' | 'timeoutErrorMessage']?:
    | Config[Name]
    | undefined
}

/**
 * Waits for a shared promise until the caller's signal, cancelToken or timeout ends the wait; other
 * callers continue to wait. The process stays alive meanwhile. Rejects as axios does: with a
 * CanceledError, or `timeout of … exceeded`.
 */
export function waitFor<T>(shared: Promise<T>, limits: WaitLimits): Promise<T> {
  const { signal, cancelToken } = limits
  const timeoutMs = Number(limits.timeout)
  const config = limits as Config
  const release = holdProcess()
  let stop = release
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      const { reason } = signal as AbortSignal
      const message = reason instanceof Error ? reason.message : reason
      // axios's fetch adapter passes on the reason. Its other adapters say "canceled".
      reject(new axios.CanceledError(usesFetch(config) ? message : undefined, config))
    }
    const onTimeout = () => reject(timeoutError(timeoutMs, config))
    const timer = timeoutMs > 0 ? setTimeout(onTimeout, timeoutMs) : undefined
    signal?.addEventListener?.('abort', onAbort)
    cancelToken?.subscribe(reject)
    stop = () => {
      release()
      clearTimeout(timer)
      signal?.removeEventListener?.('abort', onAbort)
      cancelToken?.unsubscribe(reject)
    }
    if (signal?.aborted) onAbort()
    shared.then(resolve, reject)
  }).finally(stop)
}

/** axios transforms the response of an error, too. The config's transforms expect the resource's answer. */
function skipTransforms(config: Config): void {
  const { transformResponse } = config
  config.transformResponse = (data) => {
    // The config may be sent again.
    Object.assign(config, { transformResponse })
    return data
  }
}

/** Waits for the token. If there is none, rejects with an error that has the caller's config, if any. */
export async function waitForToken(
  shared: Promise<Token>,
  config?: Config,
  limits: WaitLimits = config as Config,
): Promise<Token> {
  try {
    return await waitFor(shared, limits)
  } catch (error) {
    if (!isFailure(error)) throw error
    const callersConfig = config && { ...config }
    if (config && error.answer) skipTransforms(config)
    throw new CaspioAuthError(error, callersConfig)
  }
}

// With axios's own words and codes.
function timeoutError(timeoutMs: number, config: Config): AxiosError {
  return new axios.AxiosError(
    config.timeoutErrorMessage || `timeout of ${timeoutMs}ms exceeded waiting for the access token`,
    config.transitional?.clarifyTimeoutError || usesFetch(config) ? 'ETIMEDOUT' : 'ECONNABORTED',
    config,
  )
}

/** Whether axios's fetch adapter will send the request. It has other codes and messages. */
function usesFetch(config: Config): boolean {
  try {
    const used = axios.getAdapter(config.adapter as AxiosAdapter, config)
    return used === axios.getAdapter('fetch', config)
  } catch {
    // This axios has none, or it does not work here.
    return false
  }
}
