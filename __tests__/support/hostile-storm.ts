import axios, { type AxiosInstance } from 'axios'
import { vi } from 'vitest'
import { attachCaspioAuth, CaspioAuthError } from '../../src/index.js'
import { startAccount } from './account.js'
import { ADAPTERS } from './axios-features.js'
import { FAULTS } from './hostile-faults.js'
import { createWitness, dataOf, flawOf, outcomeOf } from './hostile-outcome.js'
import { startHostileProxy } from './hostile-proxy.js'
import { calm, pick, randomOf, seeded } from './hostile-schedule.js'

const REQUESTS = 300
const AT_A_TIME = 12
const SHARE_OF_FAULTS = 0.25
const TIMEOUT_IN_MS = 250
const ROWS = '/tables/Physicians/records'

export interface Storm {
  /** How many requests ended with each outcome. */
  readonly words: Readonly<Record<string, number>>
  readonly complaints: readonly string[]
  readonly mostTokenRequestsAtATime: number
  /** How many requests ended while their connection stayed open. */
  readonly leftOpen: number
  /** How many records were inserted more than once. */
  readonly doubled: number
  /** The outcomes of the first requests after the storm. */
  readonly after: readonly string[]
}

/** Sends many requests through a network with random faults. */
export async function runStorm(seed: number): Promise<Storm> {
  // Such a short life that background renewals happen during the storm.
  const account = await startAccount({ tokenLife: 2 })
  const faults = { token: FAULTS, resource: FAULTS }
  const proxy = await startHostileProxy(account.url, seeded(seed, faults, SHARE_OF_FAULTS))
  const witnessOne = createWitness()
  const words: Record<string, number> = {}
  const complaints: string[] = []
  const [httpApi, fetchApi] = ADAPTERS.map((adapter) =>
    axios.create({
      baseURL: `${proxy.url}/rest/v2`,
      adapter,
      proxy: false,
      timeout: TIMEOUT_IN_MS,
    }),
  ) as [AxiosInstance, AxiosInstance]
  const auth = attachCaspioAuth(
    httpApi,
    { ...account.credentials, tokenEndpointURL: `${proxy.url}/oauth/token` },
    { timeout: TIMEOUT_IN_MS, retries: 1 },
  )
  attachCaspioAuth(fetchApi, auth)

  async function note(sending: Promise<unknown>, isRight: (data: unknown) => boolean) {
    const { word, error } = await outcomeOf(sending, isRight)
    words[word] = (words[word] ?? 0) + 1
    if (error) witnessOne('', error)
    const flaw = flawOf(error)
    if (flaw) complaints.push(flaw)
    return error
  }

  const renew = () => note(auth.getAccessToken({ renew: true }), (token) => Boolean(token))

  async function sendOne(index: number): Promise<void> {
    const random = randomOf(seed, index)
    const chance = random()
    if (chance < 0.05) account.revoke()
    else if (chance < 0.08) auth.invalidate()
    else if (chance < 0.11) await renew()
    const api = pick([httpApi, fetchApi], random)
    const error = await note(...(random() < 0.3 ? insert(api, index) : read(api, index)))
    // Ends the cooldown; otherwise all following requests would fail because of it.
    if (error instanceof CaspioAuthError && random() < 0.5) await renew()
  }

  let next = 0
  const worker = async () => {
    while (next < REQUESTS) await sendOne(next++)
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))

  proxy.schedule = calm
  // The last fault may have shut the port.
  await proxy.open()
  // A token request under way may have met a fault already.
  await auth.getAccessToken({ renew: true }).catch(() => {})
  await auth.getAccessToken({ renew: true })
  const after = [httpApi, fetchApi].map((api) => outcomeOf(...read(api, 0)))
  const outcomes = await Promise.all(after)
  const underWay = () => proxy.underWay.token + proxy.underWay.resource
  await vi.waitUntil(() => underWay() === 0, 5_000).catch(() => {})
  const leftOpen = underWay()
  await proxy.close()
  const inserted = account.log.api
    .filter(({ method, status }) => method === 'POST' && status === 201)
    .map(({ body }) => Buffer.from(body).toString())
  return {
    words,
    complaints,
    mostTokenRequestsAtATime: proxy.mostUnderWay.token,
    leftOpen,
    doubled: inserted.length - new Set(inserted).size,
    after: outcomes.map(({ word }) => word),
  }
}

type Sent = readonly [sending: Promise<unknown>, isRight: (data: unknown) => boolean]

function read(api: AxiosInstance, index: number): Sent {
  const id = 1 + (index % 12)
  const sending = api.get(ROWS, { params: { 'q.where': `PK_ID=${id}` } })
  return [sending.then(dataOf), (data) => onlyRowOf(data)?.PK_ID === id]
}

function insert(api: AxiosInstance, index: number): Sent {
  const LastName = `Adeyemi ${index}`
  const sending = api.post(`${ROWS}?response=rows`, { FirstName: 'Nia', LastName })
  return [sending.then(dataOf), (data) => onlyRowOf(data)?.LastName === LastName]
}

function onlyRowOf(data: unknown): Record<string, unknown> | undefined {
  const rows = (data as { Result?: Record<string, unknown>[] })?.Result
  return rows?.length === 1 ? rows[0] : undefined
}
