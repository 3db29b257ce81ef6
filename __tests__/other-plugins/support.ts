import axios, { type AxiosInstance, type AxiosResponse, type CreateAxiosDefaults } from 'axios'
import { describe } from 'vitest'
import { attachCaspioAuth, type CaspioAuth, type CaspioAuthOptions } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, startAccount } from '../support/account.js'
import { witness } from '../support/hygiene.js'

export const HOME = 'https://a1bcd234.caspio.com'

/** The credentials of a mocked account. */
export const CREDENTIALS = {
  clientID: 'the-client',
  clientSecret: 'the-client-secret',
  tokenEndpointURL: `${HOME}/oauth/token`,
}

/** Whether the companion is attached before or after the plugin. */
export type Order = 'before' | 'after'

/** Runs the same tests in both orders. */
export const describeEachOrder = describe.each<Order>(['before', 'after'])

export interface Setup {
  readonly account: CaspioAccount
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
}

/** Starts an account, attaches a companion and the plugin to an instance, and gets a token. */
export async function startWithCompanion(
  order: Order,
  attachCompanion: (api: AxiosInstance) => void,
  { axios: defaults, ...options }: CaspioAuthOptions & { axios?: CreateAxiosDefaults } = {},
): Promise<Setup> {
  const account = await startAccount()
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, ...defaults })
  if (order === 'before') attachCompanion(api)
  const auth = witness(attachCaspioAuth(api, account.credentials, options))
  if (order === 'after') attachCompanion(api)
  await auth.getAccessToken()
  account.log.clear()
  return { account, api, auth }
}

/** Attaches only the companion, to an instance that sends a valid token to another account. */
export async function startWithoutPlugin(
  attachCompanion: (api: AxiosInstance) => void,
  defaults?: CreateAxiosDefaults,
): Promise<Pick<Setup, 'account' | 'api'>> {
  const account = await startAccount()
  const { clientID: username, clientSecret: password, tokenEndpointURL } = account.credentials
  const { data } = await axios.post<{ access_token: string }>(
    tokenEndpointURL,
    'grant_type=client_credentials',
    { auth: { username, password } },
  )
  const api = axios.create({
    baseURL: `${account.url}/rest/v2`,
    ...defaults,
    headers: { Authorization: `Bearer ${data.access_token}` },
  })
  attachCompanion(api)
  account.log.clear()
  return { account, api }
}

/** How often the user's interceptors ran. */
export interface Runs {
  request: number
  response: number
  error: number
}

/** Registers counting interceptors after all others. */
export function countRuns(api: AxiosInstance): Runs {
  const runs: Runs = { request: 0, response: 0, error: 0 }
  api.interceptors.request.use((config) => {
    runs.request++
    return config
  })
  api.interceptors.response.use(
    (response) => {
      runs.response++
      return response
    },
    (error) => {
      runs.error++
      return Promise.reject(error)
    },
  )
  return runs
}

/** The statuses of the account's answers, in order. */
export function statusesOf({ log }: CaspioAccount): number[] {
  return log.api.map(({ status }) => status)
}

/** Status and data of an answer, to compare. */
export function resultOf({ status, data }: AxiosResponse): object {
  return { status, data }
}

export { PHYSICIANS }
