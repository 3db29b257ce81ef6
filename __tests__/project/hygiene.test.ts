import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { secretsSeen } from '../support/hygiene.js'
import { startRawServer } from '../support/raw-server.js'
import { leaksIn } from '../support/secrets.js'

const folder = join(import.meta.dirname, '..')
const testFiles = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /\.test\.ts$/.test(file) && file !== 'project/hygiene.test.ts',
)

const SECRET = 'S3cr/t+of "Örsted" & son: 100 %'

const PLACES: [string, (secret: string) => unknown][] = [
  ['a string', (secret) => `the secret is ${secret}.`],
  ['a message', (secret) => new Error(secret)],
  ['a cause', (secret) => new Error('a', { cause: new Error('b', { cause: { secret } }) })],
  ['an AggregateError', (secret) => new AggregateError([new Error(secret)])],
  ['a hidden property', (secret) => Object.defineProperty({}, 'x', { value: secret })],
  ['a symbol', (secret) => ({ [Symbol('x')]: secret })],
  ["a symbol's property of a function", (secret) => Object.assign(() => {}, { x: { secret } })],
  ['a key', (secret) => ({ nested: [{ [secret]: 1 }] })],
  ['a getter', (secret) => Object.defineProperty({}, 'x', { get: () => secret })],
  ['a Map', (secret) => new Map([['x', new Set([{ secret }])]])],
  ['bytes', (secret) => ({ data: Buffer.from(`secret=${secret}`) })],
  [
    'toJSON',
    (secret) =>
      new (class {
        toJSON = () => secret
      })(),
  ],
  ['toString', (secret) => ({ toString: () => secret })],
  [
    'a circular object',
    (secret) => {
      const cycle: Record<string, unknown> = { secret }
      cycle.self = cycle
      return cycle
    },
  ],
]

const FORMS: [string, (secret: string) => string][] = [
  ['as plain text', (secret) => secret],
  ['in a form', (secret) => new URLSearchParams([['', secret]]).toString().slice(1)],
  ['in a URL', encodeURIComponent],
  ['in JSON', (secret) => JSON.stringify({ secret })],
  ['in JSON in JSON', (secret) => JSON.stringify({ body: JSON.stringify({ secret }) })],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
]

describe('the check for secrets', () => {
  it.each(PLACES)('finds a secret in %s', (_, hide) => {
    expect(leaksIn([hide(SECRET)], [SECRET])).not.toEqual([])
    expect(leaksIn([hide('nothing')], [SECRET])).toEqual([])
  })

  it.each(FORMS)('finds a secret %s', (_, encode) => {
    expect(leaksIn([{ x: encode(SECRET) }], [SECRET])).not.toEqual([])
    expect(leaksIn([{ x: encode('nothing') }], [SECRET])).toEqual([])
  })

  it('does not show the secret that it found', () => {
    expect(leaksIn([`${SECRET} ${SECRET}`], [SECRET]).join()).not.toContain(SECRET)
  })

  it.each(['basic', 'body'])(
    'learns secrets and tokens from the requests and answers (%s)',
    async (method) => {
      const { credentials } = await startAccount()
      const { clientID, clientSecret, tokenEndpointURL } = credentials
      const client = new URLSearchParams({ client_id: clientID, client_secret: clientSecret })
      const { data } = await axios.post(
        tokenEndpointURL,
        `grant_type=client_credentials${method === 'body' ? `&${client}` : ''}`,
        method === 'basic' ? { auth: { username: clientID, password: clientSecret } } : {},
      )
      const { secrets, bearers } = secretsSeen()
      expect(secrets).toContain(data.refresh_token)
      expect(bearers).toEqual([data.access_token])
      if (method === 'basic') {
        expect(secrets).toContain(Buffer.from(`${clientID}:${clientSecret}`).toString('base64'))
      }
    },
  )

  it.each(['basic', 'body'])('learns a secret that no test has named (%s)', async (method) => {
    const { url } = await startRawServer()
    const form = new URLSearchParams({ client_secret: SECRET })
    const pair = `id:${encodeURIComponent(SECRET)}`
    await axios.post(url, method === 'body' ? form.toString() : 'grant_type=client_credentials', {
      headers: method === 'basic' ? { Authorization: `Basic ${btoa(pair)}` } : {},
    })
    expect(secretsSeen().secrets).toContain(SECRET)
  })

  // The helpers of support/ pass errors to the check. An error that is caught otherwise would escape it.
  it('sees every error that a test provokes', () => {
    expect(testFiles.length).toBeGreaterThan(25)
    const others = testFiles.flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          // Their programs catch errors inside a string. What they print passes through the check.
          !file.startsWith('project/package.') &&
          /\.rejects\b|\ballSettled\(|\bcatch \(|\.toThrow\([^)]/.test(line)
            ? [`${file}:${index + 1}`]
            : [],
        ),
    )
    expect(others).toEqual([])
  })

  it('runs each file that replaces or reloads modules, or counts all timers, in a process of its own', () => {
    const alone = readFileSync(join(folder, '..', 'vitest.config.ts'), 'utf8')
    const separate = testFiles.filter((file) =>
      /vi\.((do)?mock|resetModules|importActual|getTimerCount)[(<]/i.test(
        readFileSync(join(folder, file), 'utf8'),
      ),
    )
    expect(separate.length).toBeGreaterThan(3)
    for (const file of separate) expect(alone).toContain(`__tests__/${file}`)
  })
})
