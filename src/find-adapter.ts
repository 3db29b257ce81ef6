import type { AxiosAdapter, AxiosRequestConfig, InternalAxiosRequestConfig } from 'axios'
import { axios, getAdapter } from './axios.js'

type Named = NonNullable<AxiosRequestConfig['adapter']>

const NEITHER = (() => {}) as unknown as AxiosAdapter

let lastNames: readonly unknown[] = []
let lastFound: AxiosAdapter | undefined

/**
 * The adapter by which axios would send this request. Every request has a list of names of its own,
 * mostly with the same names; to compare them takes less than axios's search.
 *
 * @throws AxiosError axios's own, when there is none
 */
export function findAdapter(
  own: AxiosRequestConfig['adapter'],
  config: InternalAxiosRequestConfig,
): AxiosAdapter {
  const named = own || (axios.defaults.adapter as Named)
  if (typeof named === 'function') return named
  // What comes after the names that led to it was not looked at.
  if (lastFound && lastNames.every((name, index) => name === named[index])) return lastFound
  const found = getAdapter(named, config)
  // The fetch adapter depends on the config's env, too.
  if (Array.isArray(named) && found === getAdapter(['xhr', 'http', NEITHER])) {
    lastNames = [...named]
    lastFound = found
  }
  return found
}
