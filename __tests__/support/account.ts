import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios'
import { onTestFinished } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
} from '../../src/index.js'
import {
  type CaspioAccount,
  type CaspioAccountOptions,
  startCaspioAccount,
} from '../../src/testing/index.js'
import { watchSecret, witness } from './hygiene.js'

/** A stand-in account for the running test. */
export async function startAccount(options?: CaspioAccountOptions): Promise<CaspioAccount> {
  const account = await startCaspioAccount(options)
  onTestFinished(() => account.close())
  watchSecret(account.credentials.clientSecret)
  return account
}

export interface Bench {
  readonly account: CaspioAccount
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
  readonly events: CaspioAuthEvent[]
}

/** An account, an axios instance with the plugin on it, and the events. */
export async function startBench({
  account: accountOptions,
  axios: axiosOptions,
  ...options
}: CaspioAuthOptions & {
  account?: CaspioAccountOptions
  axios?: CreateAxiosDefaults
} = {}): Promise<Bench> {
  const account = await startAccount(accountOptions)
  const events: CaspioAuthEvent[] = witness([])
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, ...axiosOptions })
  const auth = witness(
    attachCaspioAuth(api, account.credentials, {
      onEvent: (event) => events.push(event),
      ...options,
    }),
  )
  return { account, api, auth, events }
}

/** The records of the stand-in account's first table, under the instance's baseURL. */
export const PHYSICIANS = '/tables/Physicians/records'

/** `count` requests at once. */
export function times<T>(count: number, send: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => send(index)))
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What a promise was rejected with, which the secrets' check gets as well. */
// biome-ignore lint/suspicious/noExplicitAny: what it is, is what the tests look at
export async function rejectionOf(promise: Promise<unknown>): Promise<any> {
  try {
    await promise
  } catch (error) {
    return witness(error)
  }
  throw new Error('it was not rejected')
}

/** What was thrown at once, which the secrets' check gets as well. */
// biome-ignore lint/suspicious/noExplicitAny: what it is, is what the tests look at
export function thrownBy(act: () => unknown): any {
  try {
    act()
  } catch (error) {
    return witness(error)
  }
  throw new Error('nothing was thrown')
}

/** How each of them ended; the secrets' check gets the errors as well. */
export async function outcomesOf<T>(promises: Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const outcomes = await Promise.allSettled(promises)
  for (const outcome of outcomes) if (outcome.status === 'rejected') witness(outcome.reason)
  return outcomes
}
