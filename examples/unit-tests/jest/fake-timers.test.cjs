const axios = require('axios')
const { attachCaspioAuth } = require('axios-caspio-auth')
const { startCaspioAccount } = require('axios-caspio-auth/testing')
const { createPhysicians } = require('./physicians.cjs')

let account
let physicians

beforeEach(async () => {
  account = await startCaspioAccount()
  const caspio = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
  attachCaspioAuth(caspio, account.credentials, { retries: 0 })
  physicians = createPhysicians(caspio)
})
afterEach(async () => {
  jest.useRealTimers()
  await account.close()
})

test.each([
  ['all that jest fakes', undefined],
  ['all but the timers of Node alone', { doNotFake: ['nextTick', 'setImmediate'] }],
  ['timers that run on', { advanceTimers: true }],
])('gets a new token after a day has passed: fakes %s', async (_, options) => {
  jest.useFakeTimers(options)
  await physicians.namesIn('Fresno')
  jest.setSystemTime(Date.now() + 86_400_000)
  expect(await physicians.namesIn('Fresno')).toHaveLength(3)
  expect(account.log.token).toHaveLength(2)
  expect(account.log.api.map(({ status }) => status)).toEqual([200, 200])
})

test('gets a new token after the timers have run for a day', async () => {
  jest.useFakeTimers()
  await physicians.namesIn('Fresno')
  await jest.advanceTimersByTimeAsync(86_400_000)
  expect(await physicians.namesIn('Fresno')).toHaveLength(3)
  expect(account.log.token).toHaveLength(2)
})

test('leaves no timer behind', async () => {
  jest.useFakeTimers()
  await physicians.namesIn('Fresno')
  expect(jest.getTimerCount()).toBe(0)
})

test('waits for its first token while timers run', async () => {
  jest.useFakeTimers()
  const names = physicians.namesIn('Fresno')
  jest.runAllTimers()
  await jest.runAllTimersAsync()
  await jest.advanceTimersByTimeAsync(300_000)
  expect(await names).toHaveLength(3)
})

test('ends with faked timers what it began with real ones', async () => {
  const names = physicians.namesIn('Fresno')
  jest.useFakeTimers()
  expect(await names).toHaveLength(3)
})
