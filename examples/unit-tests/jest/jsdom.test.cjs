/**
 * @jest-environment jsdom
 * @jest-environment-options { "customExportConditions": ["node", "node-addons"] }
 */
const axios = require('axios')
const { attachCaspioAuth } = require('axios-caspio-auth')
const { startCaspioAccount } = require('axios-caspio-auth/testing')
const { createPhysicians } = require('./physicians.cjs')

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
