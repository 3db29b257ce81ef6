import axios, { type AxiosInstance } from 'axios'
import {
  attachCaspioAuth,
  type CaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  type CaspioTokenStore,
} from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { witness } from '../support/hygiene.js'

export interface Member {
  readonly api: AxiosInstance
  readonly auth: CaspioAuth
  readonly events: CaspioAuthEvent[]
}

/** Starts what represents one process of a fleet: an instance with a token source. */
export function startMember(
  account: Pick<CaspioAccount, 'url' | 'credentials'>,
  tokenStore: CaspioTokenStore,
  options: CaspioAuthOptions = {},
): Member {
  const events: CaspioAuthEvent[] = witness([])
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, adapter: 'http' })
  const auth = attachCaspioAuth(api, account.credentials, {
    tokenStore,
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { api, auth: witness(auth), events }
}

export function ofType<T extends CaspioAuthEvent['type']>(
  events: CaspioAuthEvent[],
  type: T,
): Extract<CaspioAuthEvent, { type: T }>[] {
  return events.filter((event) => event.type === type) as never
}

export function sources({ events }: Member): string[] {
  return ofType(events, 'token-taken').map(({ source }) => source)
}

export async function accessTokenOf({ auth }: Member): Promise<string> {
  return (await auth.getAccessToken()).access_token
}
