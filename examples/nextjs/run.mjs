// A Next.js route that hands out tokens, and the pages that use it. Next itself is not needed to see
// it: this serves app/api/caspio-token/route.js by node:http, and Node's fetch plays the browser. Run
// it from the repository, after npm ci && npm run build; without CASPIO_* variables on a stand-in account:
// node examples/nextjs/run.mjs
import { once } from 'node:events'
import { createServer } from 'node:http'
import { standIn } from '../support/stand-in.mjs'
import { GET } from './app/api/caspio-token/route.js'

const account = await standIn()
process.env.NEXT_PUBLIC_CASPIO_URL = new URL(process.env.CASPIO_TOKEN_ENDPOINT_URL).origin

const answers = []
const server = createServer(async ({ url, headers }, response) => {
  const answer = await GET(new Request(new URL(url, `http://${headers.host}`), { headers }))
  const text = await answer.text()
  answers.push({ status: answer.status, fields: Object.keys(text ? JSON.parse(text) : {}) })
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text)
}).listen(0, '127.0.0.1')
await once(server, 'listening')

// As in a browser: relative URLs are the page's own, and the cookie goes along.
const { fetch } = globalThis
let cookie = 'login=1'
globalThis.fetch = (url, options) =>
  typeof url === 'string' && url.startsWith('/')
    ? fetch(`http://127.0.0.1:${server.address().port}${url}`, { headers: { cookie } })
    : fetch(url, options)

const pages = [await open(1), await open(2), await open(3)]
await Promise.all(pages.map((caspio) => caspio.get('/tables')))
console.log(`3 pages opened, each asked the route: ${answers.length} answers`)
console.log(`what a page is given: ${answers[0].fields.join(', ')}`)
if (account) {
  console.log(`token requests: ${account.log.token.length}`)
  account.revoke()
  for (const caspio of pages) await caspio.get('/tables')
  console.log(`every token revoked, and each page recovered: ${answers.length} answers`)
  console.log(`token requests: ${account.log.token.length}`)
}
cookie = ''
const { code } = await (await open(4)).get('/tables').catch((error) => error)
console.log(`a page of nobody: ${answers.at(-1).status}, ${code}`)
server.close()
server.closeAllConnections()
await account?.close()

/** Another tab: a module instance of its own. */
async function open(number) {
  const { caspio } = await import(`./app/caspio.js?page=${number}`)
  caspio.defaults.adapter = 'fetch'
  return caspio
}
