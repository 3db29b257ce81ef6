// With jest and ES modules. Run it from the repository, after npm ci && npm run build:
// NODE_OPTIONS=--experimental-vm-modules npx jest --rootDir examples/unit-tests/jest mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createPhysicians } from '../physicians.mjs'

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
