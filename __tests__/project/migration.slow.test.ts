import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CaspioAccount, CaspioApiLogEntry } from '../../src/testing/index.js'
import { startAccount } from '../support/account.js'
import { copyExamples, type Outcome } from '../support/examples.js'
import { environment, temporaryFolder } from '../support/programs.js'

const examples = fileURLToPath(new URL('../../examples/migration', import.meta.url))

const { startCarrier }: CarrierModule = await import(
  pathToFileURL(join(examples, 'clinic/carrier.mjs')).href
)

interface CarrierModule {
  startCarrier(onPickup: () => void): Promise<Carrier>
}

interface Carrier {
  readonly url: string
  readonly requests: { method: string; url: string; headers: Record<string, string> }[]
  close(): void
}

const copy = copyExamples()

/** Runs a program of examples/migration. */
function run(program: string, env: Record<string, string> = {}, cwd?: string): Promise<Outcome> {
  return copy.run(`migration/${program}`, { env, ...(cwd && { cwd }) })
}

function textOf(name: string): Promise<string> {
  return readFile(join(examples, name), 'utf8')
}

/** The lines of a program without the comment that it begins with. */
async function linesOf(name: string): Promise<string[]> {
  return (await textOf(name)).replace(/^(\/\/.*\n)+/, '').split('\n')
}

/** The lines that `others` has in addition to `lines`. Fails if there is any other difference. */
function additions(lines: string[], others: string[]): string[] {
  const added: string[] = []
  const rest = [...lines]
  for (const line of others) {
    if (line === rest[0]) rest.shift()
    else added.push(line)
  }
  expect(rest).toEqual([])
  return added
}

describe('the source of a service with a hand-written token cache', () => {
  const MODULES = ['physicians', 'appointments', 'files']
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of the source
  const HEADER = 'Authorization:`Bearer${awaitgetToken()}`'

  /** The source without white space and trailing commas. */
  async function code(folder: string): Promise<string> {
    const texts = await Promise.all(MODULES.map((name) => textOf(`clinic/${folder}/${name}.mjs`)))
    return texts
      .join('')
      .replace(/\s/g, '')
      .replace(/,([)}])/g, '$1')
  }

  it('needs one statement and one import to attach the plugin, and no other change', async () => {
    const before = await linesOf('clinic/before.mjs')
    expect(additions(before, await linesOf('clinic/attached.mjs'))).toEqual([
      "import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'",
      'attachCaspioAuth(axios, credentialsFromEnv())',
    ])
    expect(before).toContain("import * as service from './before/service.mjs'")
  })

  it('has 20 call sites with a header each, and the migration removes only the token code', async () => {
    const [before, after] = await Promise.all(['before', 'after'].map(code))
    expect(before?.split('awaitaxios').length).toBe(1 + 20)
    expect(before?.split(HEADER).length).toBe(1 + 20)
    expect(after).not.toMatch(/Authorization|token/i)
    const stripped = before
      ?.replaceAll("import{getToken}from'./token.mjs'", '')
      .replaceAll(`headers:{${HEADER}}`, '')
      .replaceAll(HEADER, '')
      .replace(/\{,/g, '{')
      .replace(/,,/g, ',')
      .replace(/,\{\}|,(?=[)}])/g, '')
    expect(stripped).toBe(after)
    const [service, same] = await Promise.all(
      ['before', 'after'].map((folder) => textOf(`clinic/${folder}/service.mjs`)),
    )
    expect(same).toBe(service)
  })
})

describe('a service with a hand-written token cache', () => {
  interface Day extends Outcome {
    readonly account: CaspioAccount
    readonly carrier: Carrier
    readonly results: string
    readonly tokenRequests: { oldCode: number; plugin: number }
    /** Requests that the account answered with 401. */
    readonly rejected: CaspioApiLogEntry[]
  }

  /** Runs one day. If the account `revokes`, it revokes every token at noon. */
  async function runDay(program: string, revokes: boolean, folder = 'clinic'): Promise<Day> {
    const account = await startAccount()
    const carrier = await startCarrier(() => {
      if (revokes) account.revoke()
    })
    onTestFinished(() => carrier.close())
    const env = { ...environment(account.credentials), CARRIER_URL: carrier.url }
    const outcome = await run(`${folder}/${program}.mjs`, env)
    expect({ code: outcome.code, errors: outcome.errors }).toEqual({ code: 0, errors: '' })
    const { token, api } = account.log
    const byBody = token.filter(({ clientAuthentication }) => clientAuthentication === 'body')
    return {
      ...outcome,
      account,
      carrier,
      results: /^results: (\w+)$/m.exec(outcome.output)?.[1] ?? 'none',
      tokenRequests: { oldCode: byBody.length, plugin: token.length - byBody.length },
      rejected: api.filter(({ status }) => status === 401),
    }
  }

  /** The request without its token. */
  function askedFor({ method, path, body }: CaspioApiLogEntry): string {
    return `${method} ${path} ${Buffer.from(body)}`
      .replace(/[\da-f]{8}-[\da-f-]{27}/g, 'key')
      .replace(/-+axios\S+boundary\S+/g, 'boundary')
  }

  /** The requests that succeeded, sorted, because many are sent at once. */
  function served({ account }: Day): string[] {
    const fulfilled = account.log.api.filter(({ status }) => status < 300)
    return fulfilled.map(askedFor).sort()
  }

  const tokensOf = ({ account }: Day) =>
    new Set(account.log.api.map((it) => it.headers.authorization))

  it('gives the same results before, attached and after, if no token is revoked', async () => {
    const before = await runDay('before', false)
    const attached = await runDay('attached', false)
    const after = await runDay('after', false)
    expect(before.output).toMatch(/^afternoon: 40 of 40 calls worked$/m)
    expect(before.results).toMatch(/^[\da-f]{12}$/)
    for (const day of [attached, after]) {
      expect(day.output).toBe(before.output)
      expect(served(day)).toEqual(served(before))
    }
    expect(served(before)).toHaveLength(80)
    expect([before, attached, after].flatMap(({ rejected }) => rejected)).toEqual([])
    expect(before.tokenRequests).toEqual({ oldCode: 20, plugin: 0 })
    expect(attached.tokenRequests).toEqual({ oldCode: 20, plugin: 1 })
    expect(after.tokenRequests).toEqual({ oldCode: 0, plugin: 1 })
  })

  it('makes 20 token requests at once without the plugin, and fails after the revocation', async () => {
    const day = await runDay('before', true)
    expect(day.output).toMatch(/^morning: 20 of 20 calls worked$/m)
    expect(day.output).toMatch(/^afternoon: 0 of 40 calls worked, failed: 40 × 401$/m)
    expect(day.rejected).toHaveLength(40)
    expect(day.tokenRequests).toEqual({ oldCode: 20, plugin: 0 })
  })

  it.each([
    ['with the plugin, and all of the old code', 'attached', 20],
    ['with the plugin, and without the old token code', 'after', 0],
  ])('works %s, if tokens are revoked', async (_, program, oldCode) => {
    const day = await runDay(program, true)
    expect(day.output).toBe((await runDay('before', false)).output)
    expect(day.tokenRequests).toEqual({ oldCode, plugin: 2 })
    const { token, api } = day.account.log
    expect(token.filter(({ status }) => status !== 200)).toEqual([])
    // The plugin does not touch the old code's token requests.
    expect(token.filter(({ authorization }) => authorization === 'bearer')).toEqual([])
    // None of them is a token of the old code.
    expect(tokensOf(day).size).toBe(2)

    // The 20 requests at once of the afternoon are resent with the new token.
    expect(day.rejected).toHaveLength(20)
    const [revoked, ...others] = tokensOf(day)
    expect(others).toHaveLength(1)
    expect(day.rejected.every(({ headers }) => headers.authorization === revoked)).toBe(true)
    const resent = api.filter(({ headers }) => headers.authorization !== revoked).slice(0, 20)
    expect(resent.map(askedFor).sort()).toEqual(day.rejected.map(askedFor).sort())
    expect(resent.map(({ status }) => status)).toEqual(Array(20).fill(200))
  })

  it('works with its 20 headers, but without the code that fetched their token', async () => {
    const folder = 'clinic-without-token-code'
    const clinic = join(copy.folder, 'examples/migration', folder)
    await cp(join(examples, 'clinic'), clinic, { recursive: true })
    await writeFile(join(clinic, 'before/token.mjs'), 'export async function getToken() {}\n')
    const day = await runDay('attached', true, folder)
    expect(day.output).toBe((await runDay('after', true)).output)
    expect(day.tokenRequests).toEqual({ oldCode: 0, plugin: 2 })
    expect([...tokensOf(day)].join()).not.toContain('undefined')
  })

  it.each(['before', 'attached', 'after'])('sends the carrier no token, %s', async (program) => {
    const { carrier } = await runDay(program, true)
    const basic = `Basic ${Buffer.from('key-of-the-clinic:').toString('base64')}`
    const seen = carrier.requests.map(
      ({ method, url, headers }) => `${method} ${url} ${headers.authorization}`,
    )
    expect(seen).toEqual(['GET /rates undefined', `POST /pickups ${basic}`, 'GET /rates undefined'])
    expect(JSON.stringify(carrier.requests)).not.toMatch(/bearer/i)
  })
})

describe('the source of a report in the style of caspio-sdk', () => {
  it('needs one line to attach the plugin, and no other change', async () => {
    const before = await linesOf('report/before.cjs')
    expect(additions(before, await linesOf('report/attached.cjs'))).toEqual([
      "require('axios-caspio-auth').attachCaspioAuth(require('axios'), credentials)",
    ])
  })

  it('has a cron job in which only one name changes', async () => {
    const before = await linesOf('report/cron-before.cjs')
    const after = (await linesOf('report/cron-after.cjs')).map((line) =>
      line.replace("'axios-caspio-auth/auth'", "'./caspio-auth.cjs'"),
    )
    expect(after).toEqual(before)
    expect(await textOf('report/cron-after.cjs')).toContain("require('axios-caspio-auth/auth')")
  })
})

describe('a report in the style of caspio-sdk', () => {
  const REPORT = "Appointments: { Oakland: 4, 'San Jose': 2, Fresno: 1, Sacramento: 1 }\n"
  const UPDATED = 'CASPIO_ACCESS_TOKEN last updated\n'

  /** An account, and a folder whose .env has yesterday's token. */
  async function startNight(cronJob = 'cron-before') {
    const account = await startAccount()
    const folder = await temporaryFolder()
    const envFile = join(folder, '.env')
    await writeFile(envFile, 'FIRST=1\nCASPIO_ACCESS_TOKEN=none\nLAST=2\n')
    const start = (program: string) =>
      run(`report/${program}.cjs`, environment(account.credentials), folder)
    expect(await start(cronJob)).toEqual({ code: 0, output: UPDATED, errors: '' })
    const text = await readFile(envFile, 'utf8')
    const [, token = ''] = /^FIRST=1\nCASPIO_ACCESS_TOKEN=([\w-]{340})\nLAST=2\n$/.exec(text) ?? []
    return {
      account,
      start,
      envFile,
      header: `bearer ${token}`,
      headersSent: () => new Set(account.log.api.map(({ headers }) => headers.authorization)),
    }
  }

  it('fails with 401 without the plugin, if the token in .env was revoked', async () => {
    const { account, start, header, headersSent } = await startNight()
    expect(await start('before')).toEqual({ code: 0, output: REPORT, errors: '' })
    account.revoke()
    const output = 'Caspio server response was "401"\n'
    expect(await start('before')).toEqual({ code: 1, output, errors: '' })
    expect(account.log.api.at(-1)?.status).toBe(401)
    expect([...headersSent()].map((sent) => sent === header)).toEqual([true])
    expect(account.log.token).toHaveLength(1)
  })

  it('works with the plugin, even if the client still sets the revoked token', async () => {
    const { account, start, header, headersSent } = await startNight()
    account.revoke()
    account.log.clear()
    expect(await start('attached')).toEqual({ code: 0, output: REPORT, errors: '' })
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api.map(({ status }) => status)).toEqual(Array(13).fill(200))
    expect(headersSent().size).toBe(1)
    expect(headersSent().has(header)).toBe(false)
  })

  it.each<[string, (path: string) => Promise<void>]>([
    ['in .env', (path) => writeFile(path, '')],
    ['and no .env', (path) => rm(path)],
  ])('works with the plugin and without the cron job, if there is no token %s', async (_, take) => {
    const { account, start, envFile, headersSent } = await startNight()
    await take(envFile)
    account.log.clear()
    expect(await start('attached')).toEqual({ code: 0, output: REPORT, errors: '' })
    expect(account.log.token).toHaveLength(1)
    expect([...headersSent()].join()).not.toContain('undefined')
  })

  it('has a cron job that works with axios-caspio-auth/auth', async () => {
    const { account, start, header, headersSent } = await startNight('cron-after')
    expect(account.log.token.map(({ grant, status }) => `${grant} ${status}`)).toEqual([
      'client_credentials 200',
    ])
    expect(await start('before')).toEqual({ code: 0, output: REPORT, errors: '' })
    expect([...headersSent()].map((sent) => sent === header)).toEqual([true])
  })

  it('keeps the token in .env if the new cron job fails, but not if the old one fails', async () => {
    const { account, start, envFile } = await startNight()
    const yesterdays = await readFile(envFile, 'utf8')
    account.tokenEndpoint.fail({ status: 400 })
    const { code, output, errors } = await start('cron-after')
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toMatch(/^CASPIO_ACCESS_TOKEN last attempted update \(failed\): axios-caspio-au/)
    expect((await readFile(envFile, 'utf8')) === yesterdays).toBe(true)
    expect((await start('before')).output).toBe(REPORT)

    expect((await start('cron-before')).output).toContain(UPDATED)
    expect(await readFile(envFile, 'utf8')).toContain('\nCASPIO_ACCESS_TOKEN=undefined\n')
    expect((await start('before')).code).toBe(1)
  })
})

describe('with the stand-in account', () => {
  it.each(['attached', 'before', 'after'])(
    'the clinic prints what the README says: %s',
    async (name) => {
      const { code, output, errors } = await run(`clinic/${name}.mjs`)
      expect({ code, errors }).toEqual({ code: 0, errors: '' })
      const readme = await textOf('README.md')
      if (name === 'attached') expect(readme).toContain(`\`\`\`\n${output}\`\`\`\n`)
      const [, failed = '0'] = /failed: (\d+) × 401$/m.exec(output) ?? []
      const [, oldCode, plugin] = /^token requests: (\d+) .* (\d+) by/m.exec(output) ?? []
      const row = new RegExp(
        `^\\| \`${name}.mjs\` .*\\| ${failed} of 83 .*\\| ${oldCode} \\| ${plugin} \\|$`,
        'm',
      )
      expect(readme).toMatch(row)
      expect(output).toMatch(/^tokens sent to the carrier: 0$/m)
    },
  )

  it('the attached report prints what the README shows, and works for three nights', async () => {
    const { code, output, errors } = await run('report/attached.cjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const [night] = /^Second night(?:.*\n)*(?=Third night)/m.exec(output) ?? []
    expect(await textOf('README.md')).toContain(`\`\`\`\n${night}\`\`\`\n`)
    expect(output.match(/^ {2}attached.cjs: exit code 0, token requests: 1$/gm)).toHaveLength(3)
  })

  it.each([
    ['report/before.cjs', 'before.cjs: exit code 1, token requests: 0'],
    ['report/cron-before.cjs', 'before.cjs: exit code 1, token requests: 0'],
    ['report/cron-after.cjs', 'before.cjs: exit code 0, token requests: 0'],
  ])('%s ends with a second night', async (program, line) => {
    const { code, output } = await run(program)
    expect(code).toBe(0)
    expect(output.trim().split('\n').at(-1)?.trim()).toBe(line)
    expect(output).toMatch(/^Second night: /m)
  })

  it('the clinic says which variable is missing', async () => {
    const env = environment((await startAccount()).credentials)
    const { code, errors } = await run('clinic/attached.mjs', env)
    expect(code).toBe(1)
    expect(errors).toContain('set CARRIER_URL in the environment')
  })
})
