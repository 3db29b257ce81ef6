import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import axios from 'axios'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, startAccount } from '../support/account.js'
import { ADAPTERS, CAN } from '../support/axios-features.js'
import {
  type Cell,
  type CellResult,
  COURSES,
  RESOURCE_STAGES,
  runCells,
  TOKEN_STAGES,
} from '../support/hostile-cells.js'
import { FAULTS, type Fault, NEVER_RECEIVED } from '../support/hostile-faults.js'
import { startHostileProxy } from '../support/hostile-proxy.js'
import { reportOf } from '../support/hostile-report.js'
import { chooseSeed, planned } from '../support/hostile-schedule.js'
import { runStorm } from '../support/hostile-storm.js'
import { watchUnhandled } from '../support/unhandled.js'

const REPORT = fileURLToPath(new URL('../../docs/faults.md', import.meta.url))

/** The outcome of a token request: no answer, an answer without a token, or a token. */
type TokenOutcome = 'lost' | 'no token' | 'token'
/** What the caller gets if the fault hits the final answer, the 401, or the 401 as a stream. */
type ResourceOutcome = readonly [answer: string, the401: string, the401AsStream: string]

type Expected = readonly [
  token: TokenOutcome,
  http: ResourceOutcome | string,
  fetch: ResourceOutcome | string,
]

const EXPECTED: Record<string, Partial<Record<Fault, Expected>>> = {
  'the connection breaks': {
    refused: ['lost', 'ECONNREFUSED', 'ERR_NETWORK'],
    'reset on arrival': ['lost', 'ECONNRESET', 'ERR_NETWORK'],
    'closed before the answer': ['lost', 'ECONNRESET', 'ERR_NETWORK'],
    'reset before the answer': ['lost', 'ECONNRESET', 'ERR_NETWORK'],
    'reset mid-header': ['lost', 'ECONNRESET', 'ERR_NETWORK'],
    'cut mid-header': ['lost', 'ECONNRESET', 'ERR_NETWORK'],
  },
  'the answer stalls': {
    'stall before the answer': ['lost', 'ECONNABORTED', 'ETIMEDOUT'],
    'stall mid-header': ['lost', 'ECONNABORTED', 'ETIMEDOUT'],
    // With the http adapter, the error of a truncated answer has the answer's status, so it is a 401.
    'stall mid-body': [
      'lost',
      ['ERR_BAD_RESPONSE', 'answer', 'answer'],
      ['ETIMEDOUT', 'ETIMEDOUT', 'answer'],
    ],
    trickle: ['lost', 'ECONNABORTED', 'ETIMEDOUT'],
    // The http adapter's timeout applies only until the headers arrive.
    'trickle mid-body': ['lost', 'answer', ['ETIMEDOUT', 'ETIMEDOUT', 'answer']],
  },
  'the answer ends too soon': {
    'reset mid-body': [
      'lost',
      ['ECONNRESET', 'ECONNRESET', 'answer'],
      ['terminated', 'terminated', 'answer'],
    ],
    'cut mid-body': [
      'lost',
      ['ERR_BAD_RESPONSE', 'answer', 'answer'],
      ['terminated', 'terminated', 'answer'],
    ],
    'cut between chunks': [
      'lost',
      ['ERR_BAD_RESPONSE', 'answer', 'answer'],
      ['terminated', 'terminated', 'answer'],
    ],
    'cut mid-body, no length': [
      'no token',
      ['text', 'answer', 'answer'],
      ['text', 'answer', 'answer'],
    ],
  },
  'the answer is garbage': {
    'not HTTP': ['lost', 'HPE_INVALID_CONSTANT', 'ERR_NETWORK'],
    'garbage header': ['lost', 'HPE_INVALID_HEADER_TOKEN', 'ERR_NETWORK'],
    'endless headers': ['lost', 'HPE_HEADER_OVERFLOW', 'ERR_NETWORK'],
    'invalid chunk': [
      'lost',
      ['HPE_INVALID_CHUNK_SIZE', 'HPE_INVALID_CHUNK_SIZE', 'answer'],
      ['terminated', 'terminated', 'answer'],
    ],
    'garbage gzip': [
      'lost',
      ['Z_DATA_ERROR', 'answer', 'answer'],
      ['terminated', 'terminated', 'answer'],
    ],
    'HTML with status 200': ['no token', 'text', 'text'],
    'garbage with status 200': ['no token', 'text', 'text'],
    'empty body with status 200': ['no token', 'text', 'text'],
  },
  'the answer is right but unusual': {
    'answered twice': ['token', 'answer', 'answer'],
    'slow but right': ['token', 'answer', 'answer'],
  },
}

const EXPECTED_OF = Object.assign({}, ...Object.values(EXPECTED)) as Record<Fault, Expected>

function expectedOf(cell: Cell): string {
  const [token, ...resource] = EXPECTED_OF[cell.fault]
  if (!('course' in cell)) {
    const words = resource[ADAPTERS.indexOf(cell.adapter)] as ResourceOutcome | string
    if (typeof words === 'string') return words
    return words[['the 401 itself', 'the 401 as a stream'].indexOf(cell.stage) + 1] as string
  }
  const { fault, stage, course } = cell
  const isBackground = stage === 'background renewal'
  const found = isBackground ? 'answer, renewed' : 'answer'
  const failed = (code: string) => (isBackground ? `answer, ${code}` : code)
  if (token === 'token') return `${found} (1)`
  if (token === 'no token') {
    if (!isBackground) return `${failed('ERR_CASPIO_TOKEN_RESPONSE')} (1)`
    // Client credentials follow a refresh grant that got no token.
    return `${course.startsWith('once') ? found : failed('ERR_CASPIO_TOKEN_RESPONSE')} (2)`
  }
  // If the answer was lost, the account has already used up the refresh token, so it refuses that one.
  if (course === 'once, retries 2')
    return `${found} (${isBackground && !NEVER_RECEIVED.includes(fault) ? 3 : 2})`
  // A refresh grant that fails to the last retry is followed by client credentials.
  if (isBackground && course === 'once, retries 0') return `${found} (2)`
  const requests = (course === 'once, retries 0' ? 1 : 3) + Number(isBackground)
  return `${failed('ERR_CASPIO_TOKEN_ENDPOINT')} (${requests})`
}

/** The outcome of the request after the fault. */
function recoveryOf(cell: Cell): string {
  const isLost = cell.stage === 'background renewal' && !expectedOf(cell).includes('renewed')
  return isLost ? 'answer, renewed' : 'answer'
}

function lineOf(cell: Cell, outcome: string, recovery: string, complaints: readonly string[]) {
  const course = 'course' in cell ? `, ${cell.course}` : ''
  const after = [`after it ${recovery}`, ...complaints].join('; ')
  return `${cell.fault}, ${cell.stage}${course} (${cell.adapter}): ${outcome}; ${after}`
}

const KNOWN = new Set([
  'ERR_CASPIO_TOKEN_ENDPOINT',
  'ERR_CASPIO_TOKEN_RESPONSE',
  // A second 401: the token was revoked again.
  'ERR_BAD_REQUEST',
  ...Object.values(EXPECTED_OF).flatMap(([, ...words]) => words.flat()),
])

function cellsOf(fault: Fault): Cell[] {
  return ADAPTERS.flatMap((adapter) => [
    ...TOKEN_STAGES.flatMap((stage) =>
      COURSES.map((course) => ({ fault, adapter, stage, course })),
    ),
    ...RESOURCE_STAGES.map((stage) => ({ fault, adapter, stage })),
  ])
}

/** No rejection may be left unhandled. */
function expectAllHandled(): void {
  const { unhandled, end } = watchUnhandled()
  onTestFinished(() => {
    end()
    expect(unhandled).toEqual([])
  })
}

describe('each fault at each stage has the outcome in the table, and the next request succeeds', () => {
  const results: CellResult[] = []
  const groups = Object.entries(EXPECTED).map(
    ([name, faults]) => [name, Object.keys(faults) as Fault[]] as const,
  )

  it.each(groups)(
    '%s',
    async (_, faults) => {
      expectAllHandled()
      const found = await runCells(faults.flatMap(cellsOf))
      results.push(...found)
      const actual = found.map(({ cell, outcome, recovery, complaints }) =>
        lineOf(cell, outcome, recovery, complaints),
      )
      const wanted = found.map(({ cell }) => lineOf(cell, expectedOf(cell), recoveryOf(cell), []))
      expect(actual).toEqual(wanted)
    },
    90_000,
  )

  it('docs/faults.md matches this run', () => {
    expect(results.map(({ cell }) => cell)).toEqual(
      Object.values(groups).flatMap(([, faults]) => faults.flatMap(cellsOf)),
    )
    expect(results.map(({ outcome }) => outcome)).toEqual(
      results.map(({ cell }) => expectedOf(cell)),
    )
    // The page shows both adapters.
    if (!CAN.fetch) return
    const report = reportOf(results)
    if (!process.env.CI) {
      mkdirSync(dirname(REPORT), { recursive: true })
      writeFileSync(REPORT, report)
    }
    expect(readFileSync(REPORT, 'utf8')).toBe(report)
  })

  it('every fault of the proxy has an expected outcome', () => {
    expect(Object.keys(EXPECTED_OF).sort()).toEqual([...FAULTS].sort())
  })
})

it.each(ADAPTERS)(
  'a token request whose kept-alive connection is reset succeeds after one retry (%s)',
  async (adapter) => {
    const account = await startAccount()
    const proxy = await startHostileProxy(
      account.url,
      planned({ token: { 2: 'reset on arrival' } }),
    )
    onTestFinished(proxy.close)
    const api = axios.create({ baseURL: `${proxy.url}/rest/v2`, adapter, proxy: false })
    const credentials = { ...account.credentials, tokenEndpointURL: `${proxy.url}/oauth/token` }
    attachCaspioAuth(api, credentials)
    await api.get(PHYSICIANS)
    account.revoke()
    const { data } = await api.get(PHYSICIANS)
    expect(data.Result).toHaveLength(12)
    const kinds = proxy.received.map(({ kind }) => kind)
    expect(kinds).toEqual(['token', 'resource', 'resource', 'token', 'token', 'resource'])
    const [first, second, third, reset, retry] = proxy.received.map(({ connection }) => connection)
    expect([first, second, third]).toContain(reset)
    expect(retry).not.toBe(reset)
  },
)

describe('a storm of faults', () => {
  // One fixed seed and one random seed.
  const seeds = [20_250_301, chooseSeed()]

  it.each(seeds)(
    'gives every request a known outcome, and later requests succeed (seed %i)',
    async (seed) => {
      expectAllHandled()
      const replay = `FAULT_SEED=${seed} replays it`
      const storm = await runStorm(seed).catch((cause) => {
        throw new Error(`${replay}: ${cause}`, { cause })
      })
      const unknown = Object.keys(storm.words).filter((word) => !KNOWN.has(word))
      expect({ ...storm, unknown }, replay).toEqual({
        words: expect.objectContaining({ answer: expect.any(Number) }),
        unknown: [],
        complaints: [],
        mostTokenRequestsAtATime: 1,
        leftOpen: 0,
        doubled: 0,
        after: ['answer', 'answer'],
      })
    },
    60_000,
  )
})
