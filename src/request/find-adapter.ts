import type { AxiosAdapter, AxiosRequestConfig, InternalAxiosRequestConfig } from 'axios'
import { axios, getAdapter } from '../lib/axios.js'

type Named = NonNullable<AxiosRequestConfig['adapter']>

const NEITHER = (() => {}) as unknown as AxiosAdapter

// The adapter that depends on no config, and the last list of names that came to it.
let builtIn: AxiosAdapter | undefined
let lastNames: readonly unknown[] = [NEITHER]

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
  if (lastNames.every((name, index) => name === named[index])) return builtIn as AxiosAdapter
  const found = getAdapter(named, config)
  // Not so the fetch adapter: it depends on the config's env, too.
  builtIn ??= getAdapter(['xhr', 'http', NEITHER])
  if (Array.isArray(named) && found === builtIn) lastNames = [...named]
  return found
}
