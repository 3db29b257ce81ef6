import type { AxiosInstance } from 'axios'
import { errorLogger, requestLogger, responseLogger } from 'axios-logger'
import axiosRetry from 'axios-retry'
import { describe, expect, it } from 'vitest'
import { rejectionOf } from '../support/account.js'
import { secretsSeen } from '../support/hygiene.js'
import {
  describeEachOrder,
  PHYSICIANS,
  startWithCompanion,
  startWithoutPlugin,
  statusesOf,
} from './support.js'

/** Logs everything. */
const LOG_EVERYTHING = { params: true, data: true, headers: true, prefixText: false as const }

const loggingTo =
  (lines: string[], options: object = LOG_EVERYTHING) =>
  (api: AxiosInstance): void => {
    const config = { ...options, logger: (line: string) => void lines.push(line) }
    api.interceptors.request.use(
      (request) => requestLogger(request, config),
      (error) => errorLogger(error, config),
    )
    api.interceptors.response.use(
      (response) => responseLogger(response, config),
      (error) => errorLogger(error, config),
    )
  }

/** The kind of each line. */
function kindsOf(lines: string[]): string[] {
  return lines.map((line) => /\[(Request|Response|Error)\]/.exec(line)?.[1] ?? line)
}

function expectNoBearer(lines: string[]): void {
  const { bearers, secrets } = secretsSeen()
  expect(bearers.length).toBeGreaterThan(0)
  for (const secret of [...bearers, ...secrets]) expect(lines.join().includes(secret)).toBe(false)
}

describeEachOrder('axios-logger, attached %s the plugin', (order) => {
  it('logs a resent request as one request and one answer, without a token', async () => {
    const lines: string[] = []
    const { account, api } = await startWithCompanion(order, loggingTo(lines))
    account.revoke()
    await api.get(PHYSICIANS)
    expect(statusesOf(account)).toEqual([401, 200])
    expect(kindsOf(lines)).toEqual(['Request', 'Response'])
    expectNoBearer(lines)
  })

  it('logs the same as without the plugin', async () => {
    const lines: string[] = []
    const linesAlone: string[] = []
    const options = { prefixText: false, params: true }
    const { account, api } = await startWithCompanion(order, loggingTo(lines, options))
    const alone = await startWithoutPlugin(loggingTo(linesAlone, options))
    account.revoke()
    await api.get(PHYSICIANS, { params: { 'q.limit': 1 } })
    await alone.api.get(PHYSICIANS, { params: { 'q.limit': 1 } })
    expect(lines.map((line) => line.replaceAll(account.url, alone.account.url))).toEqual(linesAlone)
  })

  it('logs a second 401 and a failed token request, without a secret', async () => {
    const lines: string[] = []
    const { account, api, auth } = await startWithCompanion(order, loggingTo(lines), { retries: 0 })
    account.api.fail({ status: 401 })
    await rejectionOf(api.get(PHYSICIANS))
    auth.invalidate()
    account.tokenEndpoint.fail()
    await rejectionOf(api.post(PHYSICIANS, {}))
    expect(kindsOf(lines)).toEqual(['Request', 'Error', 'Request', 'Error'])
    expect(lines[3]).toContain('503')
    expectNoBearer(lines)
  })
})

describe('axios-logger with headers: true, beside axios-retry', () => {
  // axios-retry sends the config again, including the header of the first attempt.
  it('logs the request of a retry with its token', async () => {
    const lines: string[] = []
    const { account, api } = await startWithCompanion('before', (api) => {
      axiosRetry(api, { retryDelay: () => 1 })
      loggingTo(lines)(api)
    })
    account.api.fail({ times: 1 })
    await api.get(PHYSICIANS)
    const requests = lines.filter((line) => line.startsWith('[Request]'))
    expect(requests.map((line) => line.includes('Bearer '))).toEqual([false, true])
  })
})
