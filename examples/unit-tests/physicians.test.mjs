// Tests of a module of your own, on a stand-in account.
// Run: node --test examples/unit-tests/physicians.test.mjs
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createPhysicians } from './physicians.mjs'

let account
let physicians

beforeEach(async () => {
  account = await startCaspioAccount()
  const caspio = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
  attachCaspioAuth(caspio, account.credentials, { retries: 0 })
  physicians = createPhysicians(caspio)
})
afterEach(() => account.close())

test('names the physicians of a city', async () => {
  assert.deepEqual(await physicians.namesIn('Fresno'), [
    'Luis Mendoza',
    'Carmen Ruiz',
    'Henrik Sørensen',
  ])
})

test('finds nobody in a city with a quote in its name', async () => {
  assert.deepEqual(await physicians.namesIn("L'Aquila"), [])
})

test('retires a physician once', async () => {
  assert.equal(await physicians.retire(7), true)
  assert.equal(await physicians.retire(7), false)
})

test('works on when every token is revoked, with one more token request', async () => {
  await physicians.namesIn('Oakland')
  account.revoke()
  assert.equal((await physicians.namesIn('Oakland')).length, 4)
  assert.equal(account.log.token.length, 2)
})

test('fails with a code where no token is to be had', async () => {
  account.tokenEndpoint.fail({ status: 503 })
  await assert.rejects(physicians.namesIn('Oakland'), { code: 'ERR_CASPIO_TOKEN_ENDPOINT' })
  assert.equal(account.log.api.length, 0)
})
