import { Agent } from 'node:http'
import { connect } from 'node:net'
import axios, { type AxiosInstance } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { CaspioAccount, CaspioAccountOptions } from '../../src/testing/index.js'
import { startAccount } from '../support/account.js'
import { FAULTS, type Fault, GARBAGE, NEVER_RECEIVED } from '../support/hostile-faults.js'
import { type HostileProxy, startHostileProxy } from '../support/hostile-proxy.js'
import {
  calm,
  chooseSeed,
  type Kind,
  planned,
  type Schedule,
  seeded,
} from '../support/hostile-schedule.js'

interface Home {
  readonly account: CaspioAccount
  readonly proxy: HostileProxy
  /** An instance without the plugin. It uses the proxy over one kept-alive connection. */
  readonly api: AxiosInstance
}

async function startHome(schedule?: Schedule, options?: CaspioAccountOptions): Promise<Home> {
  const account = await startAccount(options)
  const proxy = await startHostileProxy(account.url, schedule)
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(async () => {
    httpAgent.destroy()
    await proxy.close()
  })
  const api = axios.create({
    baseURL: proxy.url,
    adapter: 'http',
    proxy: false,
    httpAgent,
    validateStatus: null,
  })
  return { account, proxy, api }
}

const askForToken = ({ api, account }: Home) => {
  const { clientID: username, clientSecret: password } = account.credentials
  return api.post('/oauth/token', 'grant_type=client_credentials', { auth: { username, password } })
}

const codeOf = (sending: Promise<unknown>) =>
  sending.then(
    () => 'answer',
    (error) => error.code,
  )

interface RawAnswer {
  readonly text: string
  readonly end: 'open' | 'closed' | 'reset' | 'refused'
  /** The length of the largest chunk. */
  readonly largestChunk: number
}

// Longer than any pause within an answer.
const QUIET_IN_MS = 400
const LONG_QUIET_IN_MS = 20_000

/**
 * Sends a request over a plain socket and collects the bytes that arrive, until the connection ends or
 * nothing more comes. Waits longer for what is missing: a busy machine can make pauses of its own.
 */
function sendRaw(
  url: string,
  request: string,
  isComplete: (text: string) => boolean = (text) => text !== '',
): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let text = ''
    let largestChunk = 0
    let silence = 0
    const finish = (end: RawAnswer['end']) => {
      clearTimeout(quiet)
      socket.destroy()
      resolve({ text, end, largestChunk })
    }
    const quiet = setTimeout(() => {
      silence += QUIET_IN_MS
      if (isComplete(text) || silence >= LONG_QUIET_IN_MS) finish('open')
      else quiet.refresh()
    }, QUIET_IN_MS)
    socket.setEncoding('latin1')
    socket.on('data', (data) => {
      silence = 0
      quiet.refresh()
      text += data
      largestChunk = Math.max(largestChunk, data.length)
    })
    socket.once('end', () => finish('closed'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      finish(code === 'ECONNREFUSED' ? 'refused' : 'reset'),
    )
    socket.write(request)
  })
}

const REQUEST = 'GET /rest/v2/tables HTTP/1.1\r\nHost: x\r\n\r\n'

/** The expected length or pattern of the answer, given the lengths of its head and body, and how the connection ends. */
type ExpectedAnswer = readonly [
  received: (head: number, body: number) => number | RegExp,
  end: RawAnswer['end'],
]

const EXPECTED: Record<Fault, ExpectedAnswer> = {
  refused: [() => 0, 'reset'],
  'reset on arrival': [() => 0, 'reset'],
  'closed before the answer': [() => 0, 'closed'],
  'reset before the answer': [() => 0, 'reset'],
  'reset mid-header': [(head) => head >> 1, 'reset'],
  'reset mid-body': [(head, body) => head + (body >> 1), 'reset'],
  'stall before the answer': [() => 0, 'open'],
  'stall mid-header': [(head) => head >> 1, 'open'],
  'stall mid-body': [(head, body) => head + (body >> 1), 'open'],
  trickle: [(head, body) => head + body, 'open'],
  'trickle mid-body': [(head, body) => head + body, 'open'],
  'cut mid-header': [(head) => head >> 1, 'closed'],
  'cut mid-body': [(head, body) => head + (body >> 1), 'closed'],
  'cut between chunks': [() => /: chunked\r\n\r\n[1-9a-f]\w*\r\n\{.*[^}]\r\n$/, 'closed'],
  'cut mid-body, no length': [
    () => /^(?!.*\n(Content-Length|Transfer-Encoding)).*\r\n\r\n\{.*[^}]$/s,
    'closed',
  ],
  'not HTTP': [() => GARBAGE.length + 4, 'open'],
  'garbage header': [() => /^HTTP\/1.1 401 \w+\r\n\0.*\r\n\r\n\{.*\}$/s, 'open'],
  'endless headers': [() => /^HTTP\/1.1 200 OK\r\n(X-\d+: x{4000}\r\n){10,}$/, 'open'],
  'invalid chunk': [() => /: chunked\r\n\r\n[1-9a-f]\w*\r\n\{.*\r\nno size\r\n\r\n$/, 'open'],
  'garbage gzip': [() => /\nContent-Encoding: gzip\r\n.*\{.*\}$/s, 'open'],
  'HTML with status 200': [() => /^HTTP\/1.1 200 OK.*text\/html.*\r\n\r\n<!doctype html>/s, 'open'],
  'garbage with status 200': [() => /^HTTP\/1.1 200 OK.*\/json.*\r\n\r\n[^{]/s, 'open'],
  'empty body with status 200': [() => /^HTTP\/1.1 200 OK.*Length: 0\r\n\r\n$/s, 'open'],
  'answered twice': [() => /^HTTP\/1.1 401.*\}HTTP\/1.1 200/s, 'open'],
  'slow but right': [(head, body) => head + body, 'open'],
}

/** Whether this fault turns the whole answer into this text. */
function isExpected(fault: Fault, whole: string, text: string): boolean {
  const head = whole.indexOf('\r\n\r\n') + 4
  const expected = EXPECTED[fault][0](head, whole.length - head)
  return typeof expected === 'number' ? text.length === expected : expected.test(text)
}

describe('the faults', () => {
  it('send the bytes that their names describe', async () => {
    const answers = await Promise.all(
      FAULTS.map(async (fault) => {
        const { account, proxy } = await startHome()
        const { text: whole } = await sendRaw(proxy.url, REQUEST)
        proxy.schedule = () => fault
        const isComplete = (text: string) =>
          EXPECTED[fault][1] === 'open' && isExpected(fault, whole, text)
        const answer = await sendRaw(proxy.url, REQUEST, isComplete)
        return { fault, whole, ...answer, log: account.log.api, proxy }
      }),
    )
    for (const { fault, whole, text, end, largestChunk, log, proxy } of answers) {
      const matches = isExpected(fault, whole, text)
      expect([fault, matches || text, end]).toEqual([fault, true, EXPECTED[fault][1]])
      // The first request always arrives.
      expect([fault, log.length]).toEqual([fault, NEVER_RECEIVED.includes(fault) ? 1 : 2])
      if (fault === 'trickle') expect(largestChunk).toBe(1)
      // Both clients have disconnected by now.
      await vi.waitFor(() => expect([fault, proxy.underWay.resource]).toEqual([fault, 0]))
    }
  })

  it('are all covered by this test', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual([...FAULTS].sort())
  })
})

describe('the proxy', () => {
  it('forwards everything over kept-alive connections if no fault is scheduled', async () => {
    const note = { Text: 'Ç'.repeat(64_000) }
    const home = await startHome(undefined, { tables: { Notes: [note] } })
    const { access_token } = (await askForToken(home)).data
    const headers = { Authorization: `Bearer ${access_token}` }
    const path = '/rest/v2/tables/Notes/records'
    const posted = await home.api.post(`${path}?response=rows`, note, { headers })
    expect(posted.data.Result[0]).toMatchObject(note)
    const { data } = await home.api.get(path, { headers })
    expect(data.Result).toHaveLength(2)
    expect(home.proxy.received).toMatchObject([
      { kind: 'token', n: 1, method: 'POST', path: '/oauth/token', connection: 1 },
      { kind: 'resource', n: 1, method: 'POST', connection: 1, fault: undefined },
      { kind: 'resource', n: 2, method: 'GET', path, connection: 1 },
    ])
    expect(home.proxy.underWay).toEqual({ token: 0, resource: 0 })
  })

  it('forwards a chunked request', async () => {
    const { account, proxy } = await startHome()
    const request = 'POST /rest/v2/tables HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n'
    const { text } = await sendRaw(proxy.url, `${request}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1.1 401/)
    expect(Buffer.from(account.log.api[0]?.body ?? []).toString()).toBe('abcde')
  })

  it('applies the planned fault to the n-th request of each kind', async () => {
    const home = await startHome(
      planned({
        token: { 2: 'reset before the answer' },
        resource: { 1: 'not HTTP', 3: 'refused' },
      }),
    )
    const get = () => codeOf(home.api.get('/rest/v2/tables'))
    const token = () => codeOf(askForToken(home))
    expect([await token(), await get(), await token(), await get(), await token()]).toEqual([
      'answer',
      'HPE_INVALID_CONSTANT',
      'ECONNRESET',
      'answer',
      'answer',
    ])
    expect([await get(), await get()]).toEqual(['ECONNRESET', 'ECONNREFUSED'])
    // The proxy refuses connections only for a moment.
    await vi.waitFor(async () => expect(await get()).toBe('answer'))
  })

  it('while shut refuses new connections and resets open ones, and can open again', async () => {
    const { proxy, api } = await startHome(() => 'stall mid-body')
    const stalled = codeOf(api.get('/rest/v2/tables'))
    await vi.waitFor(() => expect(proxy.underWay.resource).toBe(1))
    proxy.shut()
    expect(await stalled).toMatch(/ECONNRESET|ERR_BAD_RESPONSE/)
    expect(await codeOf(api.get('/rest/v2/tables'))).toBe('ECONNREFUSED')
    proxy.schedule = calm
    await Promise.all([proxy.open(), proxy.open()])
    expect(await codeOf(api.get('/rest/v2/tables'))).toBe('answer')
  })

  it('counts pending requests by kind', async () => {
    const home = await startHome(() => 'stall before the answer')
    home.api.defaults.httpAgent = undefined
    const abort = new AbortController()
    home.api.defaults.signal = abort.signal
    const sent = [...Array(3)].map(() => codeOf(askForToken(home)))
    const { proxy } = home
    await vi.waitFor(() => expect(proxy.underWay).toEqual({ token: 3, resource: 0 }))
    abort.abort()
    expect(await Promise.all(sent)).toEqual(Array(3).fill('ERR_CANCELED'))
    await vi.waitFor(() => expect(proxy.underWay).toEqual({ token: 0, resource: 0 }))
    expect(proxy.mostUnderWay).toEqual({ token: 3, resource: 0 })
  })

  it('does not count a request that its client gave up by a reset just before the next one', async () => {
    const { proxy } = await startHome((_, n) => (n === 1 ? 'stall mid-header' : undefined))
    const { hostname, port } = new URL(proxy.url)
    const [first, second] = [connect(Number(port), hostname), connect(Number(port), hostname)]
    onTestFinished(() => void second.destroy())
    // The system resets a connection that is closed with bytes that nobody has read.
    first.pause()
    first.write(REQUEST)
    await vi.waitFor(() => expect(proxy.underWay.resource).toBe(1))
    await new Promise((resolve) => setTimeout(resolve, QUIET_IN_MS))
    first.destroy()
    second.write(REQUEST)
    await new Promise((resolve) => second.once('data', resolve))
    expect(proxy.mostUnderWay).toEqual({ token: 0, resource: 1 })
  })

  it('closes every connection when it is closed', async () => {
    // Bytes that arrive together with the reset would look like a normal close to Node.
    const { proxy } = await startHome(() => 'stall before the answer')
    const stalled = sendRaw(proxy.url, REQUEST)
    await vi.waitFor(() => expect(proxy.underWay.resource).toBe(1))
    await proxy.close()
    expect((await stalled).end).toBe('reset')
    expect((await sendRaw(proxy.url, REQUEST)).end).toBe('refused')
  })
})

describe('a seeded schedule', () => {
  const faults = { token: FAULTS, resource: FAULTS }
  const KINDS: Kind[] = ['token', 'resource']
  const faultsOf = (schedule: Schedule, count = 200) =>
    KINDS.map((kind) => Array.from({ length: count }, (_, i) => schedule(kind, i + 1)))

  it('is the same for the same seed, in any order of requests', () => {
    const [first, second] = [seeded(7, faults, 0.5), seeded(7, faults, 0.5)]
    const backwards = [...KINDS]
      .reverse()
      .map((kind) => Array.from({ length: 200 }, (_, i) => second(kind, 200 - i)).reverse())
    expect(backwards.reverse()).toEqual(faultsOf(first))
  })

  it('differs for another seed, and for each kind', () => {
    const [token, resource] = faultsOf(seeded(7, faults, 0.5))
    expect(token).not.toEqual(resource)
    expect(faultsOf(seeded(8, faults, 0.5))[0]).not.toEqual(token)
  })

  it('uses every fault of the kind, as often as requested', () => {
    const [token = [], resource = []] = faultsOf(
      seeded(1, { token: FAULTS, resource: ['not HTTP'] }, 0.25),
      2_000,
    )
    expect(new Set(token)).toEqual(new Set([...FAULTS, undefined]))
    expect(new Set(resource)).toEqual(new Set(['not HTTP', undefined]))
    for (const list of [token, resource]) {
      const share = list.filter(Boolean).length / list.length
      expect(share).toBeGreaterThan(0.2)
      expect(share).toBeLessThan(0.3)
    }
  })

  it('FAULT_SEED chooses the seed', () => {
    vi.stubEnv('FAULT_SEED', '4294967295')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect(chooseSeed()).toBe(4_294_967_295)
    vi.stubEnv('FAULT_SEED', undefined)
    expect(new Set(Array.from({ length: 5 }, chooseSeed)).size).toBeGreaterThan(1)
  })
})
