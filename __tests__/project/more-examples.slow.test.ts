import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startAccount } from '../support/account.js'
import { copyExamples, type RunOptions } from '../support/examples.js'
import { witness } from '../support/hygiene.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { describeWithRedis, type RedisServer, startRedisServer } from '../support/services.js'

const examples = copyExamples()

/** The output of a program that succeeds. */
async function outputOf(program: string, options?: RunOptions): Promise<string> {
  const { code, output, errors } = await examples.run(program, options)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  return output
}

const textOf = (lines: string[]) => lines.map((line) => `${line}\n`).join('')

describe('the Express server', () => {
  it('shares one token among its users, recovers, and answers 503 if it can get no token', async () => {
    const { code, output, errors } = await examples.run('express/server.mjs')
    expect(code).toBe(0)
    const lines = output.split('\n')
    expect(lines.slice(0, 4)).toEqual([
      '20 users at once: 200',
      'token requests: 1',
      'every token revoked: 200',
      'token requests: 2',
    ])
    expect(lines[4]).toMatch(/^the token endpoint is down: 503, Retry-After: \d+$/)
    expect(errors).toMatch(/^ERR_CASPIO_TOKEN_ENDPOINT: axios-caspio-auth: .+\n$/)
  })

  it('with PORT set, serves until it is ended, and shows users nothing of its errors', async () => {
    const account = await startAccount()
    const program = join(examples.folder, 'examples/express/server.mjs')
    const env = { ...process.env, ...environment(account.credentials), PORT: '0' }
    const server = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => {
      server.kill()
    })
    const [line] = await once(createInterface(server.stdout), 'line')
    const [, url = ''] = /^Listening at (http\S+)$/.exec(line) ?? []
    expect(await (await fetch(url)).json()).toEqual(['Physicians', 'Appointments'])
    account.rotateSecret()
    account.revoke()
    const answer = await fetch(url)
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(20)
    const body = witness(await answer.text())
    expect(JSON.parse(body)).toEqual({ error: 'The database is not available right now.' })
    server.kill('SIGINT')
    expect(await once(server, 'exit')).toEqual([null, 'SIGINT'])
  })
})

describe('the Next.js route', () => {
  it('gives all pages the same token and no secret, and others nothing', async () => {
    expect(await outputOf('nextjs/run.mjs')).toBe(
      textOf([
        'answers of the route to 3 pages: 3',
        'fields of an answer: access_token, token_type, expires_in',
        'token requests: 1',
        'answers after every token was revoked and each page recovered: 6',
        'token requests: 2',
        'a page without a login: 401, ERR_CASPIO_TOKEN_ENDPOINT',
      ]),
    )
  })

  it('can be loaded without a secret, as next build does', async () => {
    const route = join(examples.folder, 'examples/nextjs/app/api/caspio-token/route.js')
    const program = `console.log(Object.keys(await import(${JSON.stringify(route)})))`
    const outcome = await examples.runNode(['--input-type=module', '-e', program])
    expect(outcome).toEqual({ code: 0, output: "[ 'GET' ]\n", errors: '' })
  })

  it('works with the account in the environment, and only reads', async () => {
    const account = await startAccount()
    const output = await outputOf('nextjs/run.mjs', { env: environment(account.credentials) })
    expect(output).toMatch(/^answers .+\nfields .+\na page without a login: 401, .+\n$/)
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api.map(({ method }) => method)).toEqual(Array(3).fill('GET'))
  })
})

const STARTS = [1, 2, 3, 4, 5].map((number) => `start ${number}: 200 cold, 200 warm`)

describe('the Lambda handler', () => {
  it('makes one token request for five cold starts, with a store in memory', async () => {
    const [first, ...lines] = (await outputOf('lambda/run.mjs')).trimEnd().split('\n')
    expect(first).toMatch(/^REDIS_URL is not set: running one start after the other/)
    expect(lines).toEqual([...STARTS, 'token requests: 1'])
  })
})

describeWithRedis('the Lambda handler on Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedisServer()
  })
  afterAll(() => redis.stop())

  it('makes one token request for five cold starts at once, and cleans up', async () => {
    const output = await outputOf('lambda/run.mjs', { env: { REDIS_URL: redis.url } })
    const lines = output.trimEnd().split('\n')
    expect(lines.slice(0, -1).sort()).toEqual(STARTS)
    expect(lines.at(-1)).toBe('token requests: 1')
    const client = new Redis(redis.url)
    onTestFinished(() => client.disconnect())
    expect(await client.keys('*')).toEqual([])
  })

  it('finds the token of an earlier process', async () => {
    const account = await startAccount()
    const env = { ...environment(account.credentials), REDIS_URL: redis.url }
    const program = `
      const { handler } = await import(${JSON.stringify(
        join(examples.folder, 'examples/lambda/handler.mjs'),
      )})
      console.log(await handler())
      process.exit()`
    for (const _ of [1, 2]) {
      const outcome = await examples.runNode(['--input-type=module', '-e', program], { env })
      expect(outcome).toEqual({
        code: 0,
        output: `{ statusCode: 200, body: '["Physicians","Appointments"]' }\n`,
        errors: '',
      })
    }
    expect(account.log.token).toHaveLength(1)
  })
})

describe('the nightly export', () => {
  it('exports twice with one token request', async () => {
    const night = ['wrote 12 records of Physicians to Physicians.jsonl']
    const end = 'exit code 0, token requests so far: 1'
    expect(await outputOf('cron/nightly-export.mjs')).toBe(
      textOf(['first night:', ...night, end, 'second night:', ...night, end]),
    )
  })

  it('writes every record of every page', async () => {
    const account = await startAccount()
    const cwd = await temporaryFolder()
    const env = { ...environment(account.credentials), TOKEN_FILE: 'token.json' }
    const args = ['Appointments', 'appointments.jsonl']
    const output = await outputOf('cron/nightly-export.mjs', { env, cwd, args })
    expect(output).toBe('wrote 8 records of Appointments to appointments.jsonl\n')
    expect(account.log.api).toHaveLength(2)
    const text = await readFile(join(cwd, 'appointments.jsonl'), 'utf8')
    const records = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).PK_ID)
    expect(records).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('says why it failed, exits with 1, and keeps the last file', async () => {
    const account = await startAccount()
    account.rotateSecret()
    const { clientSecret } = account.credentials
    const cwd = await temporaryFolder()
    const file = join(cwd, 'Physicians.jsonl')
    await writeFile(file, "last night's\n")
    const wrong = `not-${clientSecret}`
    const env = {
      ...environment(account.credentials),
      CASPIO_CLIENT_SECRET: wrong,
      TOKEN_FILE: 'token.json',
    }
    const { code, output, errors } = await examples.run('cron/nightly-export.mjs', { env, cwd })
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toMatch(
      /^The export failed: axios-caspio-auth: .*Check clientID and clientSecret/,
    )
    expect(errors).not.toContain(wrong)
    expect(await readFile(file, 'utf8')).toBe("last night's\n")
  })
})

describe('two accounts on one instance', () => {
  it('use different tokens, and are revoked independently', async () => {
    expect(await outputOf('two-accounts.mjs')).toBe(
      textOf([
        'from both: 200, 200',
        'token requests: north 1, south 1',
        'from both, after the tokens of north were revoked: 200, 200',
        'token requests: north 2, south 1',
        'the two tokens differ: true',
      ]),
    )
  })
})

describe('unit tests with the stand-in account', () => {
  const TESTS = 'examples/unit-tests/physicians.test.mjs'

  it('pass under node --test', async () => {
    const { code, output } = await examples.runNode(['--test', '--test-reporter=tap', TESTS])
    expect(output).toMatch(/^# pass 5$/m)
    expect(output).toMatch(/^# fail 0$/m)
    expect(code).toBe(0)
  })

  it('fail if the module is wrong', async () => {
    const module = join(examples.folder, 'examples/unit-tests/physicians.mjs')
    const text = await readFile(module, 'utf8')
    onTestFinished(() => writeFile(module, text))
    await writeFile(module, text.replace('=== 1', '> 1'))
    const { code, output } = await examples.runNode(['--test', '--test-reporter=tap', TESTS])
    expect(output).toMatch(/^# fail 1$/m)
    expect(code).toBe(1)
  })
})
