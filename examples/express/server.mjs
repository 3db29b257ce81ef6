// An Express server that reads from Caspio. If no CASPIO_* variable is set, it starts a stand-in
// account:
// node examples/express/server.mjs           sends itself a few requests, and ends
// PORT=3000 node examples/express/server.mjs serves http://localhost:3000/tables until Ctrl-C
import { once } from 'node:events'
import { credentialsFromEnv } from 'axios-caspio-auth'
import { startStandInIfNeeded } from '../support/stand-in.mjs'
import { createApp } from './app.mjs'

const account = await startStandInIfNeeded()
const { PORT } = process.env
const server = createApp(credentialsFromEnv()).listen(Number(PORT ?? 0), '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${server.address().port}/tables`

if (PORT) {
  console.log(`Listening at ${url}`)
} else {
  await sendRequests()
  server.close()
  await account?.close()
}

async function sendRequests() {
  const statuses = await Promise.all(
    Array.from({ length: 20 }, async () => (await fetch(url)).status),
  )
  console.log(`20 users at once: ${[...new Set(statuses)]}`)
  if (!account) return
  console.log(`token requests: ${account.log.token.length}`)

  account.revoke()
  console.log(`every token revoked: ${(await fetch(url)).status}`)
  console.log(`token requests: ${account.log.token.length}`)

  account.revoke()
  account.tokenEndpoint.fail({ status: 503, retryAfter: 60 })
  const { status, headers } = await fetch(url)
  console.log(`the token endpoint is down: ${status}, Retry-After: ${headers.get('Retry-After')}`)
}
