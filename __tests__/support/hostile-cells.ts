import axios, { type AxiosError } from 'axios'
import { vi } from 'vitest'
import { attachCaspioAuth, type CaspioAuthEvent } from '../../src/index.js'
import { startCaspioAccount } from '../../src/testing/index.js'
import { type Fault, UNHEARD } from './hostile-faults.js'
import { createWitness, dataOf, flawOf, inTime, outcomeOf, readStream } from './hostile-outcome.js'
import { startHostileProxy } from './hostile-proxy.js'
import { calm, type Kind } from './hostile-schedule.js'

export const ADAPTERS = ['http', 'fetch'] as const
/** Where the token endpoint's answer meets the fault. */
export const TOKEN_STAGES = ['first token', 'renewal ahead', 'after a 401'] as const
/** How often it does, and the option `retries`. */
export const COURSES = ['once, retries 0', 'once, retries 2', 'lasting, retries 2'] as const
/** Where a resource's answer meets the fault, once. */
export const RESOURCE_STAGES = [
  'GET by bare axios',
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
  /** What became of the next request, when the fault was over. */
  readonly recovery: string
  /** What was wrong beside that. */
  readonly complaints: readonly string[]
}

// Short where the time is to run out, long elsewhere, for busy machines.
const SHORT_IN_MS = 1_000
const LONG_IN_MS = 10_000
const HOUR = 3_600_000
const TEN_DAYS_IN_S = 864_000

// The same for all, since each secret costs the secrets' check its time.
const CLIENT = { clientID: 'the-client', clientSecret: 'what-nobody-may-hear' }
const ROWS = '/tables/Physicians/records'
const ONE = { params: { 'q.where': 'PK_ID=1' } }
const NEW = { FirstName: 'Nia', LastName: 'Adeyemi' }

/** Runs all of them at a time, on a clock that is stepped for all of them. */
export async function runCells(cells: readonly Cell[]): Promise<CellResult[]> {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] })
  const rigs = await staggered(cells, startRig)
  try {
    // Into the time of renewal of those tokens that live for a day.
    vi.advanceTimersByTime(22.5 * HOUR)
    const outcomes = await staggered(rigs, (rig) => rig.strike())
    const witnessOne = createWitness()
    for (const { cell, errors } of rigs) {
      for (const error of errors) witnessOne(`${cell.stage} ${cell.adapter}`, error)
    }
    // The longest pause that is announced.
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
    // The clients' agents hear of it in the next turns; a port may soon be somebody else's.
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
  }
}

/** All at a time, but not in one burst, which alone would take longer than the short timeout. */
async function staggered<T, R>(list: readonly T[], start: (item: T) => Promise<R>): Promise<R[]> {
  const started: Promise<R>[] = []
  for (const item of list) {
    started.push(start(item))
    await new Promise((resolve) => setTimeout(resolve, 4))
  }
  return Promise.all(started)
}

/** An account behind a proxy, and an instance with the plugin on it, ready for the fault. */
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
    ...(stage !== 'renewal ahead' && { tokenLife: TEN_DAYS_IN_S }),
  })
  const resources = await startHostileProxy(account.url)
  // To shut a port is to refuse everything that is behind it.
  const tokens = fault === 'refused' ? await startHostileProxy(account.url) : resources
  const door = kind === 'token' ? tokens : resources
  const defaults = {
    baseURL: `${resources.url}/rest/v2`,
    adapter,
    proxy: false as const,
    // The caller's patience shall not end before the token endpoint's.
    timeout: kind === 'token' ? 3 * LONG_IN_MS : timeout,
  }
  const [api, bare] = [axios.create(defaults), axios.create(defaults)]
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
    bare.defaults.headers.common.Authorization = `Bearer ${access_token}`
  }
  if (isResend || / 401/.test(stage)) account.revoke()

  const count = (type: CaspioAuthEvent['type']) =>
    events.filter((event) => event.type === type).length

  /** Resolves when the next fetch ends. */
  const fetchEnd = () =>
    new Promise<string>((resolve) => {
      const look = onEvent
      onEvent = (event) => {
        look(event)
        if (event.type === 'token-taken') resolve('renewed')
        if (event.type === 'acquisition-failed') resolve(event.error.code)
      }
    })

  function send(): Promise<unknown> {
    if (stage.startsWith('POST')) return api.post(`${ROWS}?response=rows`, NEW).then(dataOf)
    if (stage.endsWith('stream')) {
      return api.get(ROWS, { ...ONE, responseType: 'stream' }).then(readStream)
    }
    return (stage.endsWith('bare axios') ? bare : api).get(ROWS, ONE).then(dataOf)
  }

  function arm(): void {
    if (fault === 'refused') {
      if (!isResend) door.shut()
      onEvent = ({ type }) => {
        if (isResend && type === 'token-rejected') door.shut()
        if (course.startsWith('once') && type === 'token-request' && door === tokens) door.open()
      }
      return
    }
    const before = door.received.filter((request) => request.kind === kind).length
    const first = before + (isResend ? 2 : 1)
    const last = course.startsWith('once') ? first : Number.POSITIVE_INFINITY
    door.schedule = (its, n) => (its === kind && n >= first && n <= last ? fault : undefined)
  }

  /** The fault strikes. */
  async function strike(): Promise<string> {
    const attempts = count('token-request')
    arm()
    const renewal = stage === 'renewal ahead' && inTime(fetchEnd())
    const { word, error } = await outcomeOf(send(), isRow)
    const words = renewal ? [word, await renewal] : [word]
    if (error && stage !== 'GET by bare axios') errors.push(error)
    complain(flawOf(error))
    // A broken request is the caller's to send again: what we resend, is rejected requests.
    const sent = stage === 'first token' && error ? 0 : 1 + count('request-resent')
    const due = kind === 'resource' && UNHEARD.includes(fault) ? sent - 1 : sent
    const heard = account.log.api.length
    complain(heard !== due && `the account got ${heard} requests, not ${due}`)
    const most = tokens.mostUnderWay.token
    complain(most > 1 && `${most} token requests at a time`)
    return `${words.join(', ')}${kind === 'token' ? ` (${count('token-request') - attempts})` : ''}`
  }

  /** The fault is over, and the pause that it was answered with as well. */
  async function recover(): Promise<string> {
    door.schedule = calm
    await door.open()
    const isDue = stage === 'renewal ahead' && count('token-taken') === 1
    const renewal = isDue && inTime(fetchEnd())
    // At once, without regard to any pause.
    if (course === 'lasting, retries 2') {
      const { word } = await outcomeOf(auth.getAccessToken({ renew: true }), Boolean)
      complain(word !== 'answer' && `a renewal at once: ${word}`)
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
