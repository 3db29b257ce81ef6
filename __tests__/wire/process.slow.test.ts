import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { witness } from '../support/hygiene.js'
import { startRawServer } from '../support/raw-server.js'

// Less than any timeout of the plugin, and enough for a busy machine.
const QUICKLY_MS = 9_000

/** Runs a program that can use `axios`, `attachCaspioAuth` and `credentials`. Returns its output and duration. */
function run(
  program: string,
  credentials: object,
): Promise<{ code: number | null; output: string; ms: number }> {
  const source = `
    import { Readable } from 'node:stream'
    import axios from 'axios'
    import { attachCaspioAuth, createCaspioAuth } from './src/index.js'
    const credentials = ${JSON.stringify(credentials)}
    const origin = new URL(credentials.tokenEndpointURL).origin
    const url = origin + '/rest/v2/tables/Physicians/records'
    const started = performance.now()
    process.on('exit', () => console.log('ms', performance.now() - started))
    ${program}`
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-'])
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    child.on('close', (code) =>
      resolve(witness({ code, output, ms: Number(/^ms (.*)$/m.exec(output)?.[1] ?? Number.NaN) })),
    )
    child.stdin.end(source)
  })
}

describe('the plugin does not keep the process alive', () => {
  it('if it is attached and never used', async () => {
    const { credentials } = await startAccount()
    const { code, ms } = await run('attachCaspioAuth(axios, credentials)', credentials)
    expect(code).toBe(0)
    expect(ms).toBeLessThan(QUICKLY_MS)
  })

  it('if it has a token', async () => {
    const { credentials } = await startAccount()
    const { code, output, ms } = await run(
      `attachCaspioAuth(axios, credentials)
      console.log((await axios.get(url)).status)`,
      credentials,
    )
    expect(output).toContain('200')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(QUICKLY_MS)
  })

  it('between two attempts of a background renewal', async () => {
    const account = await startAccount({ tokenLife: 2 })
    const { credentials } = account
    const { code, output, ms } = await run(
      `attachCaspioAuth(axios, credentials, { retries: 100, onEvent: ({ type, status }) => console.log(type, status) })
      await axios.get(url)
      await fetch(origin + '/outage')
      await new Promise((resolve) => setTimeout(resolve, 1_300))
      console.log('second', (await axios.get(url)).status)`,
      await withOutage(credentials, account),
    )
    expect(output).toContain('second 200')
    expect(output).toContain('token-request 503')
    expect(code).toBe(0)
    // With 100 retries the renewal would take minutes.
    expect(ms).toBeLessThan(QUICKLY_MS)
  })

  it('if nobody waits for the token after a streamed 401 to a streamed body', async () => {
    const { code, output, ms } = await run(
      `let calls = 0
      const token = { access_token: 'unknown', token_type: 'bearer' }
      const broker = () => calls++ ? new Promise(() => {}) : token
      attachCaspioAuth(axios, broker, { origins: [origin] })
      const options = { responseType: 'stream', validateStatus: null }
      const { status, data } = await axios.post(url, Readable.from(['{}']), options)
      data.resume()
      console.log(status, 'calls', calls)`,
      (await startAccount()).credentials,
    )
    expect(output).toContain('401 calls 2')
    expect(code).toBe(0)
    expect(ms).toBeLessThan(QUICKLY_MS)
  })
})

describe('a caller that waits for a token keeps the process alive', () => {
  it('during the pauses between attempts', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ times: 2 })
    const { code, output } = await run(
      `const auth = createCaspioAuth(credentials)
      console.log((await auth.getAccessToken()).token_type)`,
      account.credentials,
    )
    expect(output).toContain('bearer')
    expect(code).toBe(0)
  })

  it('while a broker without a socket hangs', async () => {
    const { output } = await run(
      `const auth = createCaspioAuth(() => new Promise(() => {}), { timeout: 300 })
      await auth.getAccessToken().catch(({ code }) => console.log(code))`,
      { tokenEndpointURL: 'http://127.0.0.1/' },
    )
    expect(output).toContain('ERR_CASPIO_TOKEN_ENDPOINT')
  })
})

/** Credentials for a server that forwards requests to the account. A request for `/outage` starts an outage. */
async function withOutage(
  credentials: { tokenEndpointURL: string },
  account: { url: string; tokenEndpoint: { fail(): void } },
): Promise<object> {
  const front = await startRawServer(async (request, response) => {
    if (request.url === '/outage') {
      account.tokenEndpoint.fail()
      response.end()
      return
    }
    const { authorization = '', 'content-type': type } = request.headers
    const answer = await fetch(account.url + request.url, {
      method: request.method,
      headers: { authorization, ...(type && { 'content-type': type }) },
      ...(request.method === 'POST' && { body: new Uint8Array(request.body) }),
    })
    response.writeHead(answer.status)
    response.end(await answer.text())
  })
  return { ...credentials, tokenEndpointURL: `${front.url}/oauth/token` }
}
