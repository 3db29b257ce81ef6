import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axios, { type AxiosInstance } from 'axios'
import express from 'express'
import * as redis from 'redis'
import { describe, expect, it, onTestFinished } from 'vitest'
import { COMMANDS, type Command, helpFor } from '../../src/cli/help.js'
import * as entry from '../../src/index.js'
import { type CallSummary, createCallMeter } from '../../src/metering/index.js'
import { redisTokenStore } from '../../src/redis.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { PHYSICIANS, rejectionOf, startAccount, thrownBy } from '../support/account.js'
import { copyExamples } from '../support/examples.js'
import { witness } from '../support/hygiene.js'
import { environment } from '../support/programs.js'
import { describeWithRedis, startRedisServer } from '../support/services.js'

const pageAt = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const readme = pageAt('README.md')

/** The only JavaScript block that contains this text. */
function codeWith(text: string, page = readme): string {
  const blocks = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code)
  const found = blocks.filter((code) => code.includes(text))
  expect(found).toHaveLength(1)
  return `${found[0]}`
}

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<unknown>

/** Runs code of a page on a stand-in account. `names` are what the code may use or import. */
function run(code: string, account: CaspioAccount, names: Record<string, unknown>) {
  const scope: Record<string, unknown> = {
    ...entry,
    redisTokenStore,
    credentialsFromEnv: () => entry.credentialsFromEnv(environment(account.credentials)),
    ...names,
  }
  const body = code
    .replace(/^import (?:(\w+)|\{ (.+) \}) from '.+'.*$/gm, (_, whole, parts) => {
      for (const name of (whole ?? parts).split(', ')) expect(scope).toHaveProperty(name)
      return ''
    })
    .replace('export default', 'return')
    .replaceAll('https://a1bcd234.caspio.com', account.url)
  return new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope))
}

const instanceOf = (account: CaspioAccount) =>
  axios.create({ baseURL: `${account.url}/integrations/rest/v3` })

const statusesOf = ({ log }: CaspioAccount) => log.api.map(({ status }) => status)

describe('README', () => {
  it('has short lines and fewer than 250 of them, and tables with heads and short cells', () => {
    const lines = readme.split('\n')
    expect(lines.length - 1).toBeLessThan(250)
    for (const line of lines) {
      if (!line.startsWith('|')) {
        expect(line.length, line).toBeLessThanOrEqual(120)
        continue
      }
      for (const cell of line.split('|').slice(1, -1)) {
        expect(cell.trim(), line).not.toBe('')
        expect(cell.replace(/\(.*?\)/g, '').length, line).toBeLessThan(80)
      }
    }
  })

  it('names every export, every option and every error code', () => {
    for (const name of Object.keys(entry)) expect(readme).toContain(name)
    const credentials = {
      clientID: 'a',
      clientSecret: 'b',
      tokenEndpointURL: 'https://a.test/token',
    }
    const { message } = thrownBy(() => entry.createCaspioAuth(credentials, { none: 1 } as object))
    const options = /The options are (.+)\.$/.exec(message)?.[1]?.split(', ') ?? []
    expect(options.length).toBeGreaterThan(8)
    for (const name of options) expect(readme).toContain(`| \`${name}\` |`)
    for (const code of ['CONFIG', 'CREDENTIALS', 'TOKEN_ENDPOINT', 'TOKEN_RESPONSE']) {
      expect(readme).toContain(`| \`ERR_CASPIO_${code}\` |`)
    }
  })

  it('names commands and options that the command-line tool has', () => {
    const named = [...readme.matchAll(/npx axios-caspio-auth (\w+)(?: (--[\w-]+))?/g)]
    expect(named.length).toBeGreaterThan(1)
    for (const [, command = '', option = ''] of named) {
      expect(COMMANDS).toContain(command)
      expect(JSON.stringify(helpFor(command as Command))).toContain(option)
    }
  })
})

describe('the code in README', () => {
  it('first example: runs unchanged as a program, and has at most 15 lines', async () => {
    const account = await startAccount()
    const example = codeWith('once, at start-up')
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(15)
    const program = example
      .replace('https://a1bcd234.caspio.com', account.url)
      .replace("'axios-caspio-auth'", "'./src/index.js'")
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-'], {
      env: { ...process.env, ...environment(account.credentials) },
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

  it('several instances: share one token', async () => {
    const account = await startAccount()
    const instances = [instanceOf(account), instanceOf(account)]
    const codes = [
      'const auth = createCaspioAuth(credentialsFromEnv())',
      'attachCaspioAuth(instance, auth)',
    ]
    for (const code of codes) expect(readme).toContain(`\`${code}\``)
    await run(codes.join('\nfor (const instance of instances) '), account, { instances })
    await Promise.all(instances.map((api) => api.get(PHYSICIANS)))
    expect(statusesOf(account)).toEqual([200, 200])
    expect(account.log.token).toHaveLength(1)
  })

  it('metering: prints how many calls the account received', async () => {
    const account = await startAccount()
    const api = instanceOf(account)
    const printed: CallSummary[] = []
    let print = () => {}
    const setInterval = (callback: () => void) => {
      print = callback
      return { unref() {} }
    }
    const log = (summary: CallSummary) => printed.push(summary)
    const names = { axios: api, createCallMeter, setInterval, console: { log } }
    await run(codeWith('createCallMeter'), account, names)
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    print()
    expect(printed).toMatchObject([
      {
        calls: { lower: 5, upper: 5 },
        byResource: { 'oauth/token': { lower: 2 }, 'tables/Physicians': { lower: 3 } },
      },
    ])
    expect(account.log.api).toHaveLength(3)
  })

  it('rotation: the next request gets a token with the new secret', async () => {
    const account = await startAccount()
    const api = instanceOf(account)
    const { credentials } = account
    entry.attachCaspioAuth(api, credentials)
    await api.get(PHYSICIANS)
    account.rotateSecret()
    const secretManager = { get: async () => account.credentials.clientSecret }
    const { clientID, tokenEndpointURL } = credentials
    const names = { axios: api, clientID, tokenEndpointURL, secretManager }
    await run(codeWith('secretManager'), account, names)
    await api.get(PHYSICIANS)
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200])
    expect(statusesOf(account)).toEqual([200, 200])
  })

  it('upload: the file arrives, though the token was revoked', async () => {
    const account = await startAccount()
    const api = instanceOf(account)
    entry.attachCaspioAuth(api, account.credentials)
    await api.get(PHYSICIANS)
    account.revoke()
    const readFile = async () => Buffer.from('a photo')
    await run(codeWith('new FormData()'), account, { axios: api, readFile })
    expect(statusesOf(account)).toEqual([200, 401, 201])
    const { data } = await api.get('/files')
    expect(data.Result).toMatchObject([{ Name: 'photo.jpg', ContentType: 'image/jpeg', Size: 7 }])
  })

  it('broker: works between a page and a server, and says what the server answered', async () => {
    const account = await startAccount()
    const [page = '', server = ''] = codeWith('in the page').split('// on the server')
    let isLoggedIn = true
    const app = express()
    const requireLogin: express.RequestHandler = (_, response, next) =>
      isLoggedIn ? next() : void response.sendStatus(401)
    await run(`//${server}`, account, { app, requireLogin })
    const listener = app.listen(0, '127.0.0.1')
    onTestFinished(() => void listener.close())
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo

    const answers: Response[] = []
    const fetchFromPage = async (path: string, init: RequestInit) => {
      expect(init.cache).toBe('no-store')
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, init)
      answers.push(answer.clone())
      return answer
    }
    const api = instanceOf(account)
    await run(page, account, { axios: api, fetch: fetchFromPage })
    await api.get(PHYSICIANS)
    account.revoke()
    await api.get(PHYSICIANS)
    expect(statusesOf(account)).toEqual([200, 401, 200])
    expect(account.log.token).toHaveLength(2)
    // Another page, which has the old token.
    const response = await fetchFromPage('/caspio-token?rejected=00000000', { cache: 'no-store' })
    expect(response.status).toBe(200)
    expect(account.log.token).toHaveLength(2)
    for (const answer of answers) {
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
      expect(await answer.json()).not.toHaveProperty('refresh_token')
    }

    isLoggedIn = false
    account.revoke()
    const { message } = await rejectionOf(api.get(PHYSICIANS))
    expect(message).toContain('/caspio-token answered 401')
  })
})

describe('the code in README, without Redis', () => {
  it('fleet: requests work', async () => {
    const account = await startAccount()
    const api = instanceOf(account)
    const client = redis.createClient({ url: 'redis://127.0.0.1:1' })
    onTestFinished(() => client.destroy())
    const [createClient, console] = [() => client, { warn() {} }]
    const names = { axios: api, createClient, process: { env: {} }, console }
    await run(codeWith('redisTokenStore'), account, names)
    await api.get(PHYSICIANS)
    expect(statusesOf(account)).toEqual([200])
  })
})

describeWithRedis('the code in README', () => {
  it('fleet: two processes share one token in Redis', async () => {
    const [account, server] = [await startAccount(), await startRedisServer()]
    await server.start()
    onTestFinished(() => server.stop())
    const clients: { destroy(): void }[] = []
    onTestFinished(() => {
      for (const client of clients) client.destroy()
    })
    const createClient: typeof redis.createClient = (options) => {
      const client = redis.createClient(options)
      clients.push(client as never)
      return client as never
    }
    const process = { env: { REDIS_URL: server.url } }
    for (const api of [instanceOf(account), instanceOf(account)]) {
      await run(codeWith('redisTokenStore'), account, { axios: api, createClient, process })
      await api.get(PHYSICIANS)
    }
    expect(statusesOf(account)).toEqual([200, 200])
    expect(account.log.token).toHaveLength(1)
  })
})

describe('the test in README', () => {
  const examples = copyExamples()

  it('passes with vitest, which then ends', async () => {
    const folder = join(examples.folder, 'examples', 'readme')
    await mkdir(folder)
    await writeFile(join(folder, 'readme.test.mjs'), codeWith('afterAll(() => account.close())'))
    const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))
    const { code, output, errors } = await examples.runNode([vitest, 'run', '--root', folder], {
      env: { NO_COLOR: '1' },
    })
    expect(output).toMatch(/Tests +1 passed \(1\)/)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  }, 60_000)
})

describe('the worker in docs/workers.md', () => {
  it('shares one token among its handlers', async () => {
    const account = await startAccount()
    const axiosOfWorker: AxiosInstance = axios.create({ adapter: 'fetch' })
    const code = codeWith('waitUntil', pageAt('docs/workers.md'))
    const worker = (await run(code, account, { axios: axiosOfWorker })) as {
      fetch(request: Request, env: object, context: object): Promise<Response>
    }
    const waits: Promise<unknown>[] = []
    const handle = () =>
      worker.fetch(new Request('https://worker.test/'), environment(account.credentials), {
        waitUntil: (promise: Promise<unknown>) => waits.push(promise),
      })
    const answers = await Promise.all([handle(), handle()])
    for (const answer of answers) expect(await answer.json()).toHaveLength(12)
    await Promise.all(waits)
    expect(waits).toHaveLength(2)
    expect(account.log.token).toHaveLength(1)
  })
})
