import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import * as entry from '../../src/index.js'
import { startAccount } from '../support/account.js'
import { witness } from '../support/hygiene.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const [, firstExample = ''] = /```ts\n(.*?)```/s.exec(readme) ?? []

describe('README', () => {
  it('its first example runs as it stands, and has at most 15 lines', async () => {
    const account = await startAccount()
    expect(firstExample.trim().split('\n').length).toBeLessThanOrEqual(15)
    const program = firstExample
      .replace('https://a1bcd234.caspio.com', account.url)
      .replace("'axios-caspio-auth'", "'./src/index.js'")
    const { clientID, clientSecret, tokenEndpointURL } = account.credentials
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-'], {
      env: {
        ...process.env,
        CASPIO_CLIENT_ID: clientID,
        CASPIO_CLIENT_SECRET: clientSecret,
        CASPIO_TOKEN_ENDPOINT_URL: tokenEndpointURL,
      },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.stdin.end(program)
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(witness({ code, output })).toEqual({ code: 0, output: expect.stringContaining('PK_ID') })
    expect(account.log.token).toHaveLength(1)
  })

  it('its broker works between a page and a server', async () => {
    const account = await startAccount()
    const server = entry.createCaspioAuth(account.credentials)
    const route = async (renew: string) => {
      const answer = JSON.stringify(await server.getAccessToken({ renew: renew === 'true' }))
      expect(answer).not.toContain('refresh_token')
      return JSON.parse(answer)
    }
    const page = axios.create()
    entry.attachCaspioAuth(page, async ({ renew }) => route(`${renew}`), { origins: [account.url] })
    const url = `${account.url}/rest/v2/tables/Physicians/records`
    await page.get(url)
    account.revoke()
    expect((await page.get(url)).status).toBe(200)
    expect(account.log.token).toHaveLength(2)
  })

  it('names every export, every option and every error code', () => {
    for (const name of Object.keys(entry)) expect(readme).toContain(name)
    const options = ['origins', 'clientAuthentication', 'renewBefore', 'timeout', 'retries']
    const more = ['shouldRenew', 'onEvent', 'tokenStore', 'tokenStoreTimeout']
    for (const name of [...options, ...more]) expect(readme).toContain(`\`${name}\``)
    for (const code of ['CONFIG', 'CREDENTIALS', 'TOKEN_ENDPOINT', 'TOKEN_RESPONSE']) {
      expect(readme).toContain(`\`ERR_CASPIO_${code}\``)
    }
  })
})
