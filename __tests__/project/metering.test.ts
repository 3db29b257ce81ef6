import { setMaxListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import axios, { type AxiosInstance } from 'axios'
import axiosRetry from 'axios-retry'
import { describe, expect, it, vi } from 'vitest'
import {
  attachCaspioAuth,
  type CaspioAuthEvent,
  type CaspioAuthOptions,
  createCaspioAuth,
} from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { outcomesOf, PHYSICIANS, rejectionOf, startAccount, times } from '../support/account.js'
import { copyExamples } from '../support/examples.js'
import { MemoryStore } from '../support/memory-store.js'
import { environment } from '../support/programs.js'

const path = fileURLToPath(new URL('../../examples/metering/meter.mjs', import.meta.url))
const { createMeter }: MeterModule = await import(pathToFileURL(path).href)

type Kind = 'token' | 'resource' | 'resent'

interface MeterModule {
  createMeter(
    origins: string[],
    count: (kind: Kind, isAnswered: boolean) => void,
  ): { onEvent(event: CaspioAuthEvent): void; watch(instance: AxiosInstance): void }
}

interface Counts extends Record<Kind, number> {
  unanswered: number
}

const PATIENTLY = { timeout: 10_000 }

const NONE: Counts = { token: 0, resource: 0, resent: 0, unanswered: 0 }

/** An account, and an instance whose calls are metered. */
async function startMetered(options: CaspioAuthOptions = {}, adapter?: 'http' | 'fetch') {
  const account = await startAccount()
  const counts = { ...NONE }
  const meter = createMeter([account.url], (kind, isAnswered) => {
    counts[isAnswered ? kind : 'unanswered'] += 1
  })
  const api = axios.create({ baseURL: `${account.url}/rest/v2`, ...(adapter && { adapter }) })
  meter.watch(api)
  const auth = attachCaspioAuth(api, account.credentials, {
    retries: 0,
    ...options,
    onEvent: meter.onEvent,
  })
  return { account, api, auth, meter, counts }
}

/** Counts the calls that the account answered, and those that it did not. */
function received({ log }: CaspioAccount) {
  const calls = [...log.token, ...log.api]
  const answered = calls.filter(({ status }) => status > 0).length
  return { answered, unanswered: calls.length - answered }
}

/** Resolves when `count` of the promises have settled. */
function ends(promises: Promise<unknown>[], count: number): Promise<void> {
  let ended = 0
  return new Promise((resolve) => {
    const end = () => {
      ended += 1
      if (ended === count) resolve()
    }
    for (const promise of promises) promise.then(end, end)
  })
}

function metered({ unanswered, token, resource, resent }: Counts) {
  return { answered: token + resource + resent, unanswered }
}

describe('the meter counts the calls that the account received', () => {
  it('for a cold start, a revoked token and a renewal', async () => {
    const { account, api, auth, counts } = await startMetered()
    await times(50, () => api.get(PHYSICIANS))
    account.revoke()
    await times(50, () => api.get(PHYSICIANS))
    await auth.getAccessToken({ renew: true })
    expect(counts).toEqual({ token: 3, resource: 100, resent: 50, unanswered: 0 })
    expect(metered(counts)).toEqual(received(account))
  })

  it('if the token endpoint or the API answers with an error', async () => {
    const { account, api, auth, counts } = await startMetered({ retries: 1 })
    account.tokenEndpoint.fail({ status: 503, times: 1 })
    await api.get(PHYSICIANS)
    await rejectionOf(api.get('/tables/Nothing/records'))
    account.api.fail({ status: 429, times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    account.rotateSecret()
    await rejectionOf(auth.getAccessToken({ renew: true }))
    // The last renewal tries the refresh token and the client credentials.
    expect(counts).toEqual({ token: 4, resource: 3, resent: 0, unanswered: 0 })
    expect(metered(counts)).toEqual(received(account))
  })

  it('if a 401 is permanent, or is not recovered', async () => {
    const { account, api, counts } = await startMetered()
    await api.get(PHYSICIANS)
    account.api.fail({ status: 401 })
    await rejectionOf(api.get(PHYSICIANS))
    // Renewals are in a cooldown.
    await rejectionOf(api.get(PHYSICIANS))
    await rejectionOf(api.get(PHYSICIANS, { skipAuthRefresh: true }))
    await rejectionOf(api.post(PHYSICIANS, Readable.from(['{}'])))
    expect(counts).toEqual({ token: 3, resource: 5, resent: 1, unanswered: 0 })
    expect(metered(counts)).toEqual(received(account))
  })

  it('if the caller aborts after a 401, and sees another error', async () => {
    const { account, api, counts } = await startMetered()
    await api.get(PHYSICIANS)
    account.revoke()
    account.tokenEndpoint.fail({ hang: true })
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    await vi.waitUntil(() => account.log.token.length === 2, PATIENTLY)
    controller.abort()
    expect((await aborted).code).toBe('ERR_CANCELED')
    expect(counts).toEqual({ token: 1, resource: 2, resent: 0, unanswered: 0 })
    expect(metered(counts).answered).toBe(received(account).answered)
  })

  it('if the token endpoint is down after a 401', async () => {
    const { account, api, counts } = await startMetered()
    await api.get(PHYSICIANS)
    account.revoke()
    account.tokenEndpoint.fail({ status: 503 })
    const outcomes = await outcomesOf(Array.from({ length: 20 }, () => api.get(PHYSICIANS)))
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(20)
    expect(counts).toEqual({ token: 2, resource: 21, resent: 0, unanswered: 0 })
    expect(metered(counts)).toEqual(received(account))
  })

  it('if a request is sent three times, because the stored token was revoked as well', async () => {
    const tokenStore = new MemoryStore()
    const { account, api, counts } = await startMetered({ tokenStore })
    await api.get(PHYSICIANS)
    const other = createCaspioAuth(account.credentials, { tokenStore })
    await other.getAccessToken({ renew: true })
    account.revoke()
    await api.get(PHYSICIANS)
    expect(account.log.api.map(({ status }) => status)).toEqual([200, 401, 401, 200])
    // The other source's token request is not counted.
    expect(counts).toEqual({ token: 2, resource: 2, resent: 2, unanswered: 0 })
    expect(account.log.token).toHaveLength(3)
  })

  it('for retries by axios-retry, and with skipCaspioAuth', async () => {
    const { account, api, counts } = await startMetered()
    axiosRetry(api, { retries: 2 })
    account.api.fail({ status: 503, times: 2 })
    await api.get(PHYSICIANS)
    await rejectionOf(api.get(PHYSICIANS, { skipCaspioAuth: true }))
    expect(counts).toEqual({ token: 1, resource: 4, resent: 0, unanswered: 0 })
    expect(metered(counts)).toEqual(received(account))
  })

  it('for instances that share a token', async () => {
    const { account, api, auth, meter, counts } = await startMetered()
    const other = axios.create({ baseURL: `${account.url}/rest/v2` })
    meter.watch(other)
    attachCaspioAuth(other, auth)
    await times(10, () => api.get(PHYSICIANS))
    account.revoke()
    await Promise.all([
      times(10, () => api.get(PHYSICIANS)),
      times(10, () => other.get(PHYSICIANS)),
    ])
    expect(counts).toEqual({ token: 2, resource: 30, resent: 20, unanswered: 0 })
    expect(metered(counts)).toEqual(received(account))
  })

  it.each(['http', 'fetch'] as const)(
    'through many faults, with the %s adapter',
    async (adapter) => {
      const { account, api, counts } = await startMetered({}, adapter)
      await api.get(PHYSICIANS)
      account.api.fail({ status: 401, times: 7 })
      account.api.fail({ status: 503, times: 11 })
      account.api.fail({ hang: true, times: 5 })
      account.api.fail({ reset: true, times: 3 })
      const controller = new AbortController()
      const { signal } = controller
      setMaxListeners(0, signal)
      const first = Array.from({ length: 60 }, () => api.get(PHYSICIANS, { signal }))
      // All except the five that hang.
      await ends(first, 55)
      account.revoke()
      await outcomesOf(Array.from({ length: 40 }, () => api.get(PHYSICIANS)))
      controller.abort()
      await outcomesOf(first)
      expect(received(account).unanswered).toBe(8)
      expect(metered(counts)).toEqual(received(account))
      expect(counts.resource).toBeGreaterThanOrEqual(1 + 100 - 8)
      expect(counts.resent).toBeGreaterThanOrEqual(40)
    },
  )
})

describe('the meter counts separately', () => {
  it('calls that were reset, aborted or timed out: Caspio may have received them', async () => {
    const { account, api, auth, meter, counts } = await startMetered()
    await api.get(PHYSICIANS)
    account.api.fail({ reset: true, times: 1 })
    await rejectionOf(api.get(PHYSICIANS))
    account.api.fail({ hang: true, times: 1 })
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    await vi.waitUntil(() => account.log.api.length === 3, PATIENTLY)
    controller.abort()
    await aborted
    account.tokenEndpoint.fail({ reset: true, times: 2 })
    await rejectionOf(auth.getAccessToken({ renew: true }))
    account.tokenEndpoint.fail({ hang: true, times: 1 })
    const options = { timeout: 1_000, retries: 0, onEvent: meter.onEvent }
    await rejectionOf(createCaspioAuth(account.credentials, options).getAccessToken())
    expect(counts).toEqual({ token: 1, resource: 1, resent: 0, unanswered: 5 })
    expect(metered(counts)).toEqual(received(account))
  })
})

describe('the meter does not count', () => {
  it('calls for which no connection could be made', async () => {
    const { account, api, auth, counts } = await startMetered()
    await account.close()
    expect((await rejectionOf(auth.getAccessToken())).cause.code).toBe('ECONNREFUSED')
    await rejectionOf(api.get(PHYSICIANS, { skipCaspioAuth: true }))
    expect(counts).toEqual(NONE)
  })

  it('calls to other origins, nor a token request twice', async () => {
    const foreignAccount = await startAccount()
    const { account, api, counts } = await startMetered()
    await rejectionOf(api.get(`${foreignAccount.url}/rest/v2/tables`))
    expect(counts).toEqual(NONE)
    await api.get(PHYSICIANS)
    expect(counts).toEqual({ ...NONE, token: 1, resource: 1 })
    expect(metered(counts)).toEqual(received(account))
  })
})

describe('the examples of metering', () => {
  const examples = copyExamples()

  const SUM = { token: 2, resource: 20, resent: 10 }

  it('write a JSON line that agrees with the account and with the page', async () => {
    const { code, output, errors } = await examples.run('metering/log-line.mjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const [received, line = '', end] = output.split('\n')
    expect(received).toBe('calls that the account received: 32')
    expect(JSON.parse(line)).toEqual({ message: 'calls to Caspio', ...SUM, unanswered: 0 })
    expect(end).toBe('')
    expect(await textOf('docs/metering.md')).toContain(`\`\`\`\n${output}\`\`\`\n`)
  })

  it('count by kind in an OpenTelemetry metric, as the page shows', async () => {
    const { code, output, errors } = await examples.run('metering/opentelemetry.mjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const line = ([kind, value]: [string, number]) =>
      `caspio.api.calls { 'caspio.call.kind': '${kind}', 'caspio.call.answered': true } ${value}\n`
    expect(output).toBe(Object.entries(SUM).map(line).join(''))
    expect(await textOf('docs/metering.md')).toContain(`\`\`\`\n${output}\`\`\`\n`)
  })

  it.each(['log-line', 'opentelemetry'])('%s only reads from your account', async (name) => {
    const account = await startAccount()
    const env = environment(account.credentials)
    const { code, output, errors } = await examples.run(`metering/${name}.mjs`, { env })
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(
      name === 'log-line' ? /"token":1,"resource":10,"resent":0/ : /true \} 10$/m,
    )
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api.map(({ method }) => method)).toEqual(Array(10).fill('GET'))
  })

  it('use the meter as the page shows', async () => {
    const [, usage = 'none'] = /```js\n(.*?)```/s.exec(await textOf('docs/metering.md')) ?? []
    expect(await textOf('examples/metering/log-line.mjs')).toContain(usage)
  })
})

function textOf(name: string): Promise<string> {
  return readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
}
