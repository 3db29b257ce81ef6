import type { AxiosInstance } from 'axios'
import { errorLogger, requestLogger, responseLogger } from 'axios-logger'
import axiosRetry from 'axios-retry'
import { describe, expect, it } from 'vitest'
import { rejectionOf } from '../support/account.js'
import { secretsSeen } from '../support/hygiene.js'
import { describeEachOrder, PHYSICIANS, startAlone, startCompany, statusesOf } from './support.js'

/** All that there is to log. */
const LOUD = { params: true, data: true, headers: true, prefixText: false as const }

const loggingTo =
  (lines: string[], options: object = LOUD) =>
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

/** The kinds of what was logged. */
function kindsOf(lines: string[]): string[] {
  return lines.map((line) => /\[(Request|Response|Error)\]/.exec(line)?.[1] ?? line)
}

function expectNoBearer(lines: string[]): void {
  const { bearers, secrets } = secretsSeen()
  expect(bearers.length).toBeGreaterThan(0)
  for (const secret of [...bearers, ...secrets]) expect(lines.join().includes(secret)).toBe(false)
}

describeEachOrder('axios-logger, attached %s ours', (order) => {
  it('logs one request and one answer of a call that is recovered, and no token', async () => {
    const lines: string[] = []
    const { account, api } = await startCompany(order, loggingTo(lines))
    account.revoke()
    await api.get(PHYSICIANS)
    expect(statusesOf(account)).toEqual([401, 200])
    expect(kindsOf(lines)).toEqual(['Request', 'Response'])
    expectNoBearer(lines)
  })

  it('logs what it logs alone', async () => {
    const lines: string[] = []
    const linesAlone: string[] = []
    const options = { prefixText: false, params: true }
    const { account, api } = await startCompany(order, loggingTo(lines, options))
    const alone = await startAlone(loggingTo(linesAlone, options))
    account.revoke()
    await api.get(PHYSICIANS, { params: { 'q.limit': 1 } })
    await alone.api.get(PHYSICIANS, { params: { 'q.limit': 1 } })
    expect(lines.map((line) => line.replaceAll(account.url, alone.account.url))).toEqual(linesAlone)
  })

  it('logs a second 401, and the failure of the token endpoint, without a secret', async () => {
    const lines: string[] = []
    const { account, api, auth } = await startCompany(order, loggingTo(lines), { retries: 0 })
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

describe('with headers: true, beside axios-retry', () => {
  // Which sends the config again with all that the first attempt put into it.
  it('the request of a retry is logged with its token', async () => {
    const lines: string[] = []
    const { account, api } = await startCompany('before', (api) => {
      axiosRetry(api, { retryDelay: () => 1 })
      loggingTo(lines)(api)
    })
    account.api.fail({ times: 1 })
    await api.get(PHYSICIANS)
    const requests = lines.filter((line) => line.startsWith('[Request]'))
    expect(requests.map((line) => line.includes('Bearer '))).toEqual([false, true])
  })
})
