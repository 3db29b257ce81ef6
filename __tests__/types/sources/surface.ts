import axios, { type AxiosError, type AxiosResponse } from 'axios'
import {
  attachCaspioAuth,
  type CaspioAccessToken,
  type CaspioAuth,
  CaspioAuthError,
  type CaspioAuthErrorCode,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioCredentials,
  type CaspioGrant,
  type CaspioTokenBroker,
  type CaspioTokenRequest,
  type CaspioTokenStore,
  createCaspioAuth,
  credentialsFromEnv,
  isCaspioAuthError,
} from 'axios-caspio-auth'
import { redisTokenStore } from 'axios-caspio-auth/redis'
import { type CaspioAccount, startCaspioAccount } from 'axios-caspio-auth/testing'

const store: CaspioTokenStore = new Map() satisfies CaspioTokenStore
// @ts-expect-error a token store is not a Redis client
redisTokenStore(store)
const credentials: CaspioCredentials = credentialsFromEnv(process.env)
credentialsFromEnv()
const options: CaspioAuthOptions = {
  origins: ['https://gateway.example.com'],
  clientAuthentication: 'body',
  renewBefore: 60,
  timeout: 1_000,
  retries: 1,
  tokenStore: store,
  tokenStoreTimeout: 100,
  shouldRenew: (response: AxiosResponse) => response.status === 400,
  onEvent: (event: CaspioAuthEvent) => console.log(event.type),
}
const handle: CaspioAuth = attachCaspioAuth(axios, credentials, options)
attachCaspioAuth(axios.create(), handle, { origins: [] })
attachCaspioAuth(axios.create(), createCaspioAuth(credentials))
const broker: CaspioTokenBroker = async ({ renew }) => {
  const token = await handle.getAccessToken({ renew })
  return { access_token: token.access_token, token_type: 'bearer', expires_in: 60 }
}
attachCaspioAuth(axios.create({ baseURL: 'https://a1bcd234.caspio.com' }), broker)
createCaspioAuth((request) => handle.getAccessToken(request))
const request: CaspioTokenRequest = { signal: AbortSignal.timeout(1), renew: true }
const pending: Promise<CaspioAccessToken> = handle.getAccessToken(request)
export const life: Promise<number | undefined> = pending.then((token) => token.expires_in)
handle.invalidate()
handle.detach()

axios.get('/x', { skipCaspioAuth: true })
axios.create().request({ url: '/x', skipAuthRefresh: true })
axios.interceptors.request.use((config) => {
  config.skipCaspioAuth = config.url !== '/x'
  return config
})

export function adviceFor(error: unknown): string {
  if (!isCaspioAuthError(error)) return ''
  const known: CaspioAuthError = error
  const asAxiosError: AxiosError = error
  const code: CaspioAuthErrorCode = known.code
  const id: string | undefined = known.requestId
  const date: Date | undefined = known.nextAttemptAt
  const status: number | undefined = known.status ?? known.response?.status
  const cause: Error | undefined = known.cause
  return [code, id, date, status, cause, known.config?.url, asAxiosError.message].join()
}
export const isOurs = (error: unknown) => error instanceof CaspioAuthError
export const grants: CaspioGrant[] = ['client_credentials', 'refresh_token', 'broker']

export async function useAccount(): Promise<number> {
  const account: CaspioAccount = await startCaspioAccount({ tokenLife: 2 })
  attachCaspioAuth(axios, account.credentials)
  account.tokenEndpoint.fail({ status: 503, times: 1 })
  await account.close()
  return account.log.token.length
}

// @ts-expect-error a misspelt credential
attachCaspioAuth(axios, { clientId: 'a', clientSecret: 'b', tokenEndpointURL: 'c' })
// @ts-expect-error a credential that is missing
attachCaspioAuth(axios, { clientID: 'a', clientSecret: 'b' })
// @ts-expect-error a credential that may be undefined
attachCaspioAuth(axios, { ...credentials, clientID: process.env.CASPIO_CLIENT_ID })
// @ts-expect-error arguments that are swapped
attachCaspioAuth(credentials, axios)
// @ts-expect-error a misspelt option
attachCaspioAuth(axios, credentials, { timeoutMs: 1 })
// @ts-expect-error a client authentication that does not exist
createCaspioAuth(credentials, { clientAuthentication: 'header' })
// @ts-expect-error a broker that resolves to the token alone
createCaspioAuth(async () => 'token')
// @ts-expect-error a misspelt field of the request config
axios.get('/x', { skipCaspioAuths: true })
// @ts-expect-error a field of the wrong type
axios.get('/x', { skipCaspioAuth: 'yes' })
// @ts-expect-error a field of the wrong type
axios.get('/x', { skipAuthRefresh: 1 })
// @ts-expect-error the refresh token is not handed out
pending.then((token) => token.refresh_token)
// @ts-expect-error the credentials are readonly
credentials.clientID = 'other'
// @ts-expect-error a code that does not exist
export const isSecond = (error: CaspioAuthError) => error.code === 'ERR_CASPIO_SECOND_401'
// @ts-expect-error an option of the account that does not exist
startCaspioAccount({ life: 2 })
