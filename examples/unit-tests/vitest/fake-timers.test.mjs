import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPhysicians } from '../physicians.mjs'

let account
let caspio
let physicians

beforeEach(async () => {
  account = await startCaspioAccount()
  caspio = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
  attachCaspioAuth(caspio, account.credentials, { retries: 0 })
  physicians = createPhysicians(caspio)
})
afterEach(async () => {
  vi.useRealTimers()
  await account.close()
})

test.each([
  ['all that vitest fakes', undefined],
  ['the date alone', { toFake: ['Date'] }],
])('gets a new token after a day has passed: fakes %s', async (_, options) => {
  vi.useFakeTimers(options)
  await physicians.namesIn('Fresno')
  vi.setSystemTime(Date.now() + 86_400_000)
  expect(await physicians.namesIn('Fresno')).toHaveLength(3)
  expect(account.log.token).toHaveLength(2)
  expect(account.log.api.map(({ status }) => status)).toEqual([200, 200])
})

test('gets a new token after the timers have run for a day', async () => {
  vi.useFakeTimers()
  await physicians.namesIn('Fresno')
  await vi.advanceTimersByTimeAsync(86_400_000)
  expect(await physicians.namesIn('Fresno')).toHaveLength(3)
  expect(account.log.token).toHaveLength(2)
})

test('leaves no timer behind', async () => {
  vi.useFakeTimers()
  await physicians.namesIn('Fresno')
  expect(vi.getTimerCount()).toBe(0)
})

test('repeats a failed token request after a real pause', async () => {
  attachCaspioAuth(caspio, account.credentials, { retries: 1 })
  account.tokenEndpoint.fail({ times: 1 })
  vi.useFakeTimers()
  expect(await physicians.namesIn('Fresno')).toHaveLength(3)
  expect(account.log.token).toHaveLength(2)
})

test('waits for its first token while timers run', async () => {
  vi.useFakeTimers()
  const names = physicians.namesIn('Fresno')
  vi.runAllTimers()
  await vi.runAllTimersAsync()
  await vi.advanceTimersByTimeAsync(300_000)
  expect(await names).toHaveLength(3)
})

test('ends with faked timers what it began with real ones', async () => {
  const names = physicians.namesIn('Fresno')
  vi.useFakeTimers()
  expect(await names).toHaveLength(3)
})
