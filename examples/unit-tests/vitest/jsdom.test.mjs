// @vitest-environment jsdom
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPhysicians } from '../physicians.mjs'

let account
let physicians

beforeAll(async () => {
  account = await startCaspioAccount()
  // Without it axios uses XMLHttpRequest, and the page's origin may not read Caspio's answers.
  const caspio = axios.create({ baseURL: `${account.url}/integrations/rest/v3`, adapter: 'http' })
  attachCaspioAuth(caspio, account.credentials, { retries: 0 })
  physicians = createPhysicians(caspio)
})
afterAll(() => account.close())

test('shows the physicians of a city', async () => {
  const list = document.createElement('ul')
  for (const name of await physicians.namesIn('Fresno')) {
    list.append(Object.assign(document.createElement('li'), { textContent: name }))
  }
  expect(list.children).toHaveLength(3)
})
