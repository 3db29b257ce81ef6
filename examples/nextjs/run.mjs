// A Next.js route that hands out tokens, and the pages that use it. This program does not need Next:
// it serves app/api/caspio-token/route.js with node:http, and calls it with Node's fetch instead of a
// browser. If no CASPIO_* variable is set, it starts a stand-in account.
// Run: node examples/nextjs/run.mjs
import { once } from 'node:events'
import { createServer } from 'node:http'
import { startStandInIfNeeded } from '../support/stand-in.mjs'
import { GET } from './app/api/caspio-token/route.js'

const account = await startStandInIfNeeded()
process.env.NEXT_PUBLIC_CASPIO_URL = new URL(process.env.CASPIO_TOKEN_ENDPOINT_URL).origin

const answers = []
const server = createServer(async ({ url, headers }, response) => {
  const answer = await GET(new Request(new URL(url, `http://${headers.host}`), { headers }))
  const text = await answer.text()
  answers.push({ status: answer.status, fields: Object.keys(text ? JSON.parse(text) : {}) })
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text)
}).listen(0, '127.0.0.1')
await once(server, 'listening')

// As in a browser, relative URLs go to the page's origin, with its cookie.
const { fetch } = globalThis
let cookie = 'login=1'
globalThis.fetch = (url, options) =>
  typeof url === 'string' && url.startsWith('/')
    ? fetch(`http://127.0.0.1:${server.address().port}${url}`, { headers: { cookie } })
    : fetch(url, options)

const pages = [await open(1), await open(2), await open(3)]
await Promise.all(pages.map((caspio) => caspio.get('/tables')))
console.log(`answers of the route to 3 pages: ${answers.length}`)
console.log(`fields of an answer: ${answers[0].fields.join(', ')}`)
if (account) {
  console.log(`token requests: ${account.log.token.length}`)
  account.revoke()
  for (const caspio of pages) await caspio.get('/tables')
  console.log(`answers after every token was revoked and each page recovered: ${answers.length}`)
  console.log(`token requests: ${account.log.token.length}`)
}
cookie = ''
const { code } = await (await open(4)).get('/tables').catch((error) => error)
console.log(`a page without a login: ${answers.at(-1).status}, ${code}`)
server.close()
server.closeAllConnections()
await account?.close()

/** Opens another tab, which has a separate instance of the module. */
async function open(number) {
  const { caspio } = await import(`./app/caspio.js?page=${number}`)
  caspio.defaults.adapter = 'fetch'
  return caspio
}
