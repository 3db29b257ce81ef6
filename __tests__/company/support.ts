import axios, { type AxiosInstance, type AxiosResponse, type CreateAxiosDefaults } from 'axios'
import { describe } from 'vitest'
import { attachCaspioAuth, type CaspioAuth, type CaspioAuthOptions } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, startAccount } from '../support/account.js'
import { witness } from '../support/hygiene.js'

export const HOME = 'https://a1bcd234.caspio.com'

/** Of an account that is nowhere but in a mock. */
export const CREDENTIALS = {
  clientID: 'the-client',
  clientSecret: 'what-nobody-may-hear',
  tokenEndpointURL: `${HOME}/oauth/token`,
}

/** When the companion is attached: before ours or after it. */
export type Order = 'before' | 'after'

/** The same tests in both orders of attaching. */
export const describeEachOrder = describe.each<Order>(['before', 'after'])

export interface Company {
  readonly account: CaspioAccount
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
}

/** An account, and an instance with a companion and the plugin on it, which holds a token already. */
export async function startCompany(
  order: Order,
  attachCompanion: (api: AxiosInstance) => void,
  { axios: defaults, ...options }: CaspioAuthOptions & { axios?: CreateAxiosDefaults } = {},
): Promise<Company> {
  const account = await startAccount()
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, ...defaults })
  if (order === 'before') attachCompanion(api)
  const auth = witness(attachCaspioAuth(api, account.credentials, options))
  if (order === 'after') attachCompanion(api)
  await auth.getAccessToken()
  account.log.clear()
  return { account, api, auth }
}

/** The companion by itself, on an instance that sends a good token, to an account with the same data. */
export async function startAlone(
  attachCompanion: (api: AxiosInstance) => void,
  defaults?: CreateAxiosDefaults,
): Promise<Pick<Company, 'account' | 'api'>> {
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

/** How often a user's own interceptors ran. */
export interface Runs {
  request: number
  response: number
  error: number
}

/** Puts them on the instance, behind all that is there. */
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

/** What the server answered, in order. */
export function statusesOf({ log }: CaspioAccount): number[] {
  return log.api.map(({ status }) => status)
}

/** What came out of a call. */
export function resultOf({ status, data }: AxiosResponse): object {
  return { status, data }
}

export { PHYSICIANS }
