// A shared token that is encrypted at rest, on a stand-in account. Run it from the repository, after
// npm ci && npm run build:
// node examples/encrypted-store.mjs
import { randomBytes } from 'node:crypto'
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { encryptedKeyv, readKey } from './support/encrypted-keyv.mjs'

const key = keyFromEnv()
const account = await startCaspioAccount()
// In place of it: new KeyvRedis(url), new KeyvPostgres({ uri }), …
const store = new Map()

// As two processes would.
const first = attach()
const second = attach()
await first.api.get('/tables/Physicians/records')
await second.api.get('/tables/Physicians/records')
console.log(`token requests for two processes: ${account.log.token.length}`)
console.log(`the first one's token was ${first.source()}, the second one's ${second.source()}`)

const { access_token } = await second.auth.getAccessToken()
const [stored] = store.values()
console.log(`what is stored: ${stored.slice(0, 24)}… (${stored.length} characters)`)
console.log(`the token occurs in it: ${isIn(stored, access_token) ? 'yes' : 'no'}`)
await account.close()

function keyFromEnv() {
  const { TOKEN_STORE_KEY } = process.env
  try {
    if (TOKEN_STORE_KEY) return readKey(TOKEN_STORE_KEY)
  } catch ({ message }) {
    console.error(`TOKEN_STORE_KEY: ${message}`)
    process.exit(1)
  }
  console.log('TOKEN_STORE_KEY is not set: this run takes a random key. Your processes share one:')
  console.log(`export TOKEN_STORE_KEY=$(node -p "crypto.randomBytes(32).toString('base64')")`)
  return randomBytes(32)
}

function attach() {
  const api = axios.create({ baseURL: `${account.url}/rest/v2` })
  const sources = []
  const auth = attachCaspioAuth(api, account.credentials, {
    tokenStore: encryptedKeyv(store, key),
    onEvent: ({ source }) => source && sources.push(source),
  })
  const source = () => (sources.join() === 'store' ? 'taken from the store' : 'issued')
  return { api, auth, source }
}

function isIn(text, token) {
  return [text, Buffer.from(text, 'base64').toString('latin1')].some((it) => it.includes(token))
}
