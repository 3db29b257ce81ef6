import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { connect, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import {
  type CaspioAccount,
  type CaspioAccountCredentials,
  type CaspioAccountOptions,
  startCaspioAccount,
} from '../../src/testing/index.js'

export interface Token {
  access_token: string
  token_type: string
  expires_in: number
  refresh_token: string
}

/** Starts an account that is closed at the end of the test. */
export async function openAccount(options?: CaspioAccountOptions): Promise<CaspioAccount> {
  const account = await startCaspioAccount(options)
  onTestFinished(() => account.close())
  return account
}

export function basic(clientID: string, clientSecret: string): Record<string, string> {
  return { Authorization: `Basic ${Buffer.from(`${clientID}:${clientSecret}`).toString('base64')}` }
}

/** Sends a token request with the account's credentials in a Basic header. */
export function askToken(
  account: CaspioAccount,
  fields: Record<string, string> = { grant_type: 'client_credentials' },
  init: RequestInit = {},
): Promise<Response> {
  const { clientID, clientSecret, tokenEndpointURL } = account.credentials
  return fetch(tokenEndpointURL, {
    method: 'POST',
    headers: basic(clientID, clientSecret),
    body: new URLSearchParams(fields),
    ...init,
  })
}

/** Sends a token request with the credentials of any profile in its body. */
export function askTokenFor(
  { clientID, clientSecret, tokenEndpointURL }: CaspioAccountCredentials,
  fields: Record<string, string> = { grant_type: 'client_credentials' },
): Promise<Response> {
  const client = { client_id: clientID, client_secret: clientSecret }
  return fetch(tokenEndpointURL, {
    method: 'POST',
    body: new URLSearchParams({ ...client, ...fields }),
  })
}

export async function getToken(account: CaspioAccount): Promise<Token> {
  return (await askToken(account)).json() as Promise<Token>
}

export function refresh(account: CaspioAccount, refreshToken: string): Promise<Response> {
  return askToken(account, { grant_type: 'refresh_token', refresh_token: refreshToken })
}

/** The status of an API request that sends an access token. */
export async function statusWith(
  account: CaspioAccount,
  accessToken: string,
  scheme = 'Bearer',
): Promise<number> {
  const headers = { Authorization: `${scheme} ${accessToken}` }
  return (await fetch(`${account.url}/rest/v2/tables`, { headers })).status
}

/** Opens a connection without sending anything. */
export function connectTo(account: CaspioAccount): Promise<Socket> {
  const { port, hostname } = new URL(account.url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(socket))
  })
}

/** Resolves when a server of this process has read its next request. */
export function nextRequest(): Promise<void> {
  return new Promise((resolve) => {
    const onStart = async () => {
      unsubscribe('http.server.request.start', onStart)
      for (let turn = 0; turn < 3; turn++) await setImmediate()
      resolve()
    }
    subscribe('http.server.request.start', onStart)
  })
}

export type Call = (path: string, init?: RequestInit) => Promise<Response>

/** Gets a token, and returns a function that sends API requests with it. */
export async function openApi(account: CaspioAccount, prefix = '/rest/v2'): Promise<Call> {
  const { access_token } = await getToken(account)
  return (path, init) => {
    const headers = new Headers(init?.headers)
    headers.set('Authorization', `Bearer ${access_token}`)
    return fetch(`${account.url}${prefix}${path}`, { ...init, headers })
  }
}

export async function resultOf<T = Record<string, unknown>>(answer: Response): Promise<T[]> {
  return ((await answer.json()) as { Result: T[] }).Result
}
