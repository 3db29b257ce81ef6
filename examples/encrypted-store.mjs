// Two processes share a token that is encrypted at rest. It starts a stand-in account.
// Run: node examples/encrypted-store.mjs
import { randomBytes } from 'node:crypto'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { encryptedKeyv, readKey } from './support/encrypted-keyv.mjs'

const key = keyFromEnv()
const account = await startCaspioAccount()
// In production: new KeyvRedis(url), new KeyvPostgres({ uri }), …
const store = new Map()

// Two attachments behave like two processes.
const first = attach()
const second = attach()
await first.api.get('/tables/Physicians/records')
await second.api.get('/tables/Physicians/records')
console.log(`token requests for two processes: ${account.log.token.length}`)
console.log(`the first process ${first.tokenSource()}, the second ${second.tokenSource()}`)

const { access_token } = await second.auth.getAccessToken()
const [stored] = store.values()
console.log(`stored value: ${stored.slice(0, 24)}… (${stored.length} characters)`)
console.log(`contains the token: ${contains(stored, access_token) ? 'yes' : 'no'}`)
await account.close()

function keyFromEnv() {
  const { TOKEN_STORE_KEY } = process.env
  try {
    if (TOKEN_STORE_KEY) return readKey(TOKEN_STORE_KEY)
  } catch ({ message }) {
    console.error(`TOKEN_STORE_KEY: ${message}`)
    process.exit(1)
  }
  console.log('TOKEN_STORE_KEY is not set: using a random key. To make one for all your processes:')
  console.log(`export TOKEN_STORE_KEY=$(node -p "crypto.randomBytes(32).toString('base64')")`)
  return randomBytes(32)
}

function attach() {
  const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
  const sources = []
  const auth = attachCaspioAuth(api, account.credentials, {
    tokenStore: encryptedKeyv(store, key),
    onEvent: ({ source }) => source && sources.push(source),
  })
  const tokenSource = () =>
    sources.join() === 'store' ? 'used the stored token' : 'fetched a token'
  return { api, auth, tokenSource }
}

function contains(stored, token) {
  const decoded = Buffer.from(stored, 'base64').toString('latin1')
  return stored.includes(token) || decoded.includes(token)
}
