// With jest. Run it from the repository, after npm ci && npm run build:
// npx jest --rootDir examples/unit-tests/jest cjs
const axios = require('axios')
const { attachCaspioAuth } = require('axios-caspio-auth')
const { startCaspioAccount } = require('axios-caspio-auth/testing')
const { createPhysicians } = require('./physicians.cjs')

let account
let physicians

beforeAll(async () => {
  account = await startCaspioAccount()
  const caspio = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
  attachCaspioAuth(caspio, account.credentials, { retries: 0 })
  physicians = createPhysicians(caspio)
})
afterAll(() => account.close())

test('names the physicians of a city', async () => {
  expect(await physicians.namesIn('Fresno')).toContain('Carmen Ruiz')
})

test('retires a physician once', async () => {
  expect(await physicians.retire(7)).toBe(true)
  expect(await physicians.retire(7)).toBe(false)
})

test('recovers after every token is revoked', async () => {
  account.log.clear()
  account.revoke()
  expect(await physicians.namesIn('Fresno')).toHaveLength(3)
  expect(account.log.token).toHaveLength(1)
})
