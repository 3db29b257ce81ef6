import axios, { type AxiosError } from 'axios'
import { vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthEvent } from '../../src/index.js'
import { startCaspioAccount } from '../../src/testing/index.js'
import type { ADAPTERS } from './axios-features.js'
import { HOUR } from './durations.js'
import { type Fault, NEVER_RECEIVED } from './hostile-faults.js'
import { createWitness, dataOf, flawOf, inTime, outcomeOf, readStream } from './hostile-outcome.js'
import { startHostileProxy } from './hostile-proxy.js'
import { calm, type Kind } from './hostile-schedule.js'

/** When the answer of the token endpoint is faulty. */
export const TOKEN_STAGES = ['first token', 'background renewal', 'after a 401'] as const
/** How often it is faulty, and the option `retries`. */
export const COURSES = ['once, retries 0', 'once, retries 2', 'lasting, retries 2'] as const
/** Which answer of a resource is faulty. */
export const RESOURCE_STAGES = [
  'GET without the plugin',
  'GET',
  'POST',
  'GET, resent',
  'POST, resent',
  'the 401 itself',
  'the 401 as a stream',
] as const

interface TokenCell {
  readonly fault: Fault
  readonly adapter: (typeof ADAPTERS)[number]
  readonly stage: (typeof TOKEN_STAGES)[number]
  readonly course: (typeof COURSES)[number]
}

interface ResourceCell {
  readonly fault: Fault
  readonly adapter: (typeof ADAPTERS)[number]
  readonly stage: (typeof RESOURCE_STAGES)[number]
}

/** One fault at one stage. */
export type Cell = TokenCell | ResourceCell

export interface CellResult {
  readonly cell: Cell
  /** In the words of docs/faults.md. */
  readonly outcome: string
  /** The outcome of the next request, after the fault. */
  readonly recovery: string
  /** Anything else that was wrong. */
  readonly complaints: readonly string[]
}

// Short if the test waits for the timeout, otherwise long enough for a busy machine.
const SHORT_IN_MS = 1_000
const LONG_IN_MS = 10_000
const TEN_DAYS_IN_S = 864_000

// The same for all cells: the check for secrets takes time for each secret.
const CLIENT = { clientID: 'the-client', clientSecret: 'what-nobody-may-hear' }
const ROWS = '/tables/Physicians/records'
const ONE = { params: { 'q.where': 'PK_ID=1' } }
const NEW = { FirstName: 'Nia', LastName: 'Adeyemi' }

/** Runs all cells at the same time, with one fake clock. */
export async function runCells(cells: readonly Cell[]): Promise<CellResult[]> {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  const rigs = await staggered(cells, startRig)
  try {
    // Tokens that live for a day are now due for renewal.
    vi.advanceTimersByTime(22.5 * HOUR)
    const outcomes = await staggered(rigs, (rig) => rig.strike())
    const witnessOne = createWitness()
    for (const { cell, errors } of rigs) {
      for (const error of errors) witnessOne(`${cell.stage} ${cell.adapter}`, error)
    }
    // The longest cooldown.
    vi.advanceTimersByTime(30_000)
    const recoveries = await staggered(rigs, (rig) => rig.recover())
    return rigs.map(({ cell, complaints }, i) => ({
      cell,
      outcome: `${outcomes[i]}`,
      recovery: `${recoveries[i]}`,
      complaints,
    }))
  } finally {
    vi.useRealTimers()
    await Promise.all(rigs.map((rig) => rig.close()))
    // The clients' agents notice the closed connections in the next turns of the event loop. Wait, as
    // another server may soon use the same port.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
  }
}

/** Starts all with short pauses: one burst would take longer than the short timeout. */
async function staggered<T, R>(list: readonly T[], start: (item: T) => Promise<R>): Promise<R[]> {
  const started: Promise<R>[] = []
  for (const item of list) {
    started.push(start(item))
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  return Promise.all(started)
}

/** An account behind a proxy, and an instance with the plugin, ready for the fault. */
async function startRig(cell: Cell) {
  const { fault, stage, adapter } = cell
  const course = 'course' in cell ? cell.course : 'once, retries 2'
  const kind: Kind = 'course' in cell ? 'token' : 'resource'
  const isResend = stage.endsWith('resent')
  const timeout = /stall|trickle/.test(fault) ? SHORT_IN_MS : LONG_IN_MS
  const complaints: string[] = []
  const errors: AxiosError[] = []
  const events: CaspioAuthEvent[] = []
  let onEvent = (_event: CaspioAuthEvent) => {}

  const account = await startCaspioAccount({
    ...CLIENT,
    ...(stage !== 'background renewal' && { tokenLife: TEN_DAYS_IN_S }),
  })
  const resources = await startHostileProxy(account.url)
  // A shut port refuses all requests, so the token endpoint needs a separate one.
  const tokens = fault === 'refused' ? await startHostileProxy(account.url) : resources
  const faultyProxy = kind === 'token' ? tokens : resources
  const defaults = {
    baseURL: `${resources.url}/rest/v2`,
    adapter,
    proxy: false as const,
    // The request's timeout must not end before that of the token request.
    timeout: kind === 'token' ? 3 * LONG_IN_MS : timeout,
  }
  const [api, withoutPlugin] = [axios.create(defaults), axios.create(defaults)]
  const credentials = { ...account.credentials, tokenEndpointURL: `${tokens.url}/oauth/token` }
  const auth = attachCaspioAuth(api, credentials, {
    timeout,
    retries: course === 'once, retries 0' ? 0 : 2,
    onEvent(event) {
      events.push(event)
      if (event.type === 'acquisition-failed') errors.push(event.error)
      onEvent(event)
    },
  })
  if (stage !== 'first token') {
    const { access_token } = await auth.getAccessToken()
    withoutPlugin.defaults.headers.common.Authorization = `Bearer ${access_token}`
  }
  if (isResend || / 401/.test(stage)) account.revoke()

  const count = (type: CaspioAuthEvent['type']) =>
    events.filter((event) => event.type === type).length

  /** Resolves when the next token request ends. */
  const tokenRequestEnd = () =>
    new Promise<string>((resolve) => {
      const previous = onEvent
      onEvent = (event) => {
        previous(event)
        if (event.type === 'token-taken') resolve('renewed')
        if (event.type === 'acquisition-failed') resolve(event.error.code)
      }
    })

  function send(): Promise<unknown> {
    if (stage.startsWith('POST')) return api.post(`${ROWS}?response=rows`, NEW).then(dataOf)
    if (stage.endsWith('stream')) {
      return api.get(ROWS, { ...ONE, responseType: 'stream' }).then(readStream)
    }
    return (stage.endsWith('without the plugin') ? withoutPlugin : api).get(ROWS, ONE).then(dataOf)
  }

  function arm(): void {
    if (fault === 'refused') {
      if (!isResend) faultyProxy.shut()
      onEvent = ({ type }) => {
        if (isResend && type === 'token-rejected') faultyProxy.shut()
        if (course.startsWith('once') && type === 'token-request' && faultyProxy === tokens)
          faultyProxy.open()
      }
      return
    }
    const before = faultyProxy.received.filter((request) => request.kind === kind).length
    const first = before + (isResend ? 2 : 1)
    const last = course.startsWith('once') ? first : Number.POSITIVE_INFINITY
    faultyProxy.schedule = (requested, n) =>
      requested === kind && n >= first && n <= last ? fault : undefined
  }

  /** Sends a request that meets the fault. */
  async function strike(): Promise<string> {
    const attempts = count('token-request')
    arm()
    const renewal = stage === 'background renewal' && inTime(tokenRequestEnd())
    const { word, error } = await outcomeOf(send(), isRow)
    const words = renewal ? [word, await renewal] : [word]
    if (error && stage !== 'GET without the plugin') errors.push(error)
    complain(flawOf(error))
    // The plugin resends only rejected requests. A request that broke off is not sent again.
    const sent = stage === 'first token' && error ? 0 : 1 + count('request-resent')
    const expected = kind === 'resource' && NEVER_RECEIVED.includes(fault) ? sent - 1 : sent
    const received = account.log.api.length
    complain(received !== expected && `the account got ${received} requests, not ${expected}`)
    const most = tokens.mostUnderWay.token
    // After a refresh grant has timed out, client credentials follow at once. A proxy that is sending
    // notices only at its next byte that fetch has closed the connection.
    const isNoticedLate =
      stage === 'background renewal' && adapter === 'fetch' && /^trickle/.test(fault)
    const mostAllowed = isNoticedLate ? 2 : 1
    complain(most > mostAllowed && `${most} token requests at a time`)
    return `${words.join(', ')}${kind === 'token' ? ` (${count('token-request') - attempts})` : ''}`
  }

  /** Sends a request after the fault and the cooldown. */
  async function recover(): Promise<string> {
    faultyProxy.schedule = calm
    await faultyProxy.open()
    const isDue = stage === 'background renewal' && count('token-taken') === 1
    const renewal = isDue && inTime(tokenRequestEnd())
    // Immediately, whatever the cooldown.
    if (course === 'lasting, retries 2') {
      const { word } = await outcomeOf(auth.getAccessToken({ renew: true }), Boolean)
      complain(word !== 'answer' && `an immediate renewal: ${word}`)
    }
    const { word } = await outcomeOf(api.get(ROWS, ONE).then(dataOf), isRow)
    const words = renewal ? [word, await renewal] : [word]
    for (const proxy of new Set([resources, tokens])) {
      const { token, resource } = proxy.underWay
      complain(token + resource > 0 && `${token + resource} connections were left open`)
    }
    return words.join(', ')
  }

  function complain(complaint: string | false | undefined): void {
    if (complaint) complaints.push(complaint)
  }

  async function close(): Promise<void> {
    await Promise.all([resources.close(), tokens.close(), account.close()])
  }

  return { cell, errors, complaints, strike, recover, close }
}

function isRow(data: unknown): boolean {
  const rows = (data as { Result?: { FirstName?: string }[] })?.Result
  return rows?.length === 1 && /^(Amara|Nia)$/.test(`${rows[0]?.FirstName}`)
}
