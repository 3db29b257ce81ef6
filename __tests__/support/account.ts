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

export { outcomesOf, rejectionOf, thrownBy } from './outcomes.js'

/** Starts a stand-in account for the running test. */
export async function startAccount(options?: CaspioAccountOptions): Promise<CaspioAccount> {
  const account = await startCaspioAccount(options)
  onTestFinished(() => account.close())
  watchSecret(account.credentials.clientSecret)
  return account
}

export type CallEvent = Extract<CaspioAuthEvent, { type: 'api-call' }>

export interface Bench {
  readonly account: CaspioAccount
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
  /** All events but `api-call`. */
  readonly events: CaspioAuthEvent[]
  /** The events `api-call`. */
  readonly calls: CallEvent[]
}

/** Starts an account, and attaches the plugin to an axios instance. Collects the events. */
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
  const calls: CallEvent[] = witness([])
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, ...axiosOptions })
  const auth = witness(
    attachCaspioAuth(api, account.credentials, {
      onEvent: (event) => (event.type === 'api-call' ? calls.push(event) : events.push(event)),
      ...options,
    }),
  )
  return { account, api, auth, events, calls }
}

/** The records of the stand-in account's first table, under the instance's baseURL. */
export const PHYSICIANS = '/tables/Physicians/records'

/** Calls `send` `count` times at once. */
export function times<T>(count: number, send: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => send(index)))
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
