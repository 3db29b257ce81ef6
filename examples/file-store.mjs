// A script that cron runs. It keeps its token in a file for the next run. Run it twice:
// CASPIO_CLIENT_ID=… CASPIO_CLIENT_SECRET=… CASPIO_TOKEN_ENDPOINT_URL=… node examples/file-store.mjs
// If no CASPIO_* variable is set, it starts a stand-in account and runs itself twice with that.
// The file is .caspio-token.json in your home directory; TOKEN_FILE names another one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { fileStore } from './support/file-store.mjs'

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']
const hasCredentials = VARIABLES.some((name) => process.env[name]?.trim())
await (hasCredentials ? runScript() : runTwiceOnStandIn())

// The script. Do not end it with process.exit(), which may come before the file is written.
async function runScript() {
  const credentials = credentialsFromEnv()
  let tokenRequests = 0
  attachCaspioAuth(axios, credentials, {
    tokenStore: fileStore(process.env.TOKEN_FILE || join(homedir(), '.caspio-token.json')),
    onEvent({ type, operation, reason }) {
      if (type === 'token-request') tokenRequests += 1
      if (type === 'store-failed') console.error(`the token file failed (${operation}): ${reason}`)
    },
  })
  const { origin } = new URL(credentials.tokenEndpointURL)
  const { data } = await axios.get(`${origin}/integrations/rest/v3/tables`)
  console.log(`${data.Result.length} tables, token requests: ${tokenRequests}`)
}

async function runTwiceOnStandIn() {
  const account = await startCaspioAccount()
  const folder = await mkdtemp(join(tmpdir(), 'caspio-token-'))
  const { clientID, clientSecret, tokenEndpointURL } = account.credentials
  const env = {
    ...process.env,
    CASPIO_CLIENT_ID: clientID,
    CASPIO_CLIENT_SECRET: clientSecret,
    CASPIO_TOKEN_ENDPOINT_URL: tokenEndpointURL,
    TOKEN_FILE: join(folder, 'token.json'),
  }
  for (const run of ['first', 'second']) {
    console.log(`${run} run:`)
    const script = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
      env,
      stdio: 'inherit',
    })
    const [code] = await once(script, 'exit')
    if (code !== 0) process.exitCode = 1
  }
  console.log(`token requests that the account received: ${account.log.token.length}`)
  await rm(folder, { recursive: true })
  await account.close()
}
