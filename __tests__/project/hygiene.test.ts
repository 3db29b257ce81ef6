import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { secretsSeen } from '../support/hygiene.js'
import { startRawServer } from '../support/raw-server.js'
import { leaksIn } from '../support/secrets.js'

const SECRET = 'S3cr/t+of "Örsted" & son: 100 %'

const PLACES: [string, (secret: string) => unknown][] = [
  ['a text', (secret) => `the secret is ${secret}.`],
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
    'a circle',
    (secret) => {
      const circle: Record<string, unknown> = { secret }
      circle.circle = circle
      return circle
    },
  ],
]

const FORMS: [string, (secret: string) => string][] = [
  ['in clear', (secret) => secret],
  ['in a form', (secret) => new URLSearchParams([['', secret]]).toString().slice(1)],
  ['in a URL', encodeURIComponent],
  ['in JSON', (secret) => JSON.stringify({ secret })],
  ['in JSON in JSON', (secret) => JSON.stringify({ body: JSON.stringify({ secret }) })],
  ['in base64', (secret) => Buffer.from(secret).toString('base64')],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['in hex', (secret) => Buffer.from(secret).toString('hex')],
]

describe("the secrets' check", () => {
  it.each(PLACES)('finds one in %s', (_, hide) => {
    expect(leaksIn([hide(SECRET)], [SECRET])).not.toEqual([])
    expect(leaksIn([hide('nothing')], [SECRET])).toEqual([])
  })

  it.each(FORMS)('finds one %s', (_, encode) => {
    expect(leaksIn([{ x: encode(SECRET) }], [SECRET])).not.toEqual([])
    expect(leaksIn([{ x: encode('nothing') }], [SECRET])).toEqual([])
  })

  it('does not show what it found', () => {
    expect(leaksIn([`${SECRET} ${SECRET}`], [SECRET]).join()).not.toContain(SECRET)
  })

  it.each(['basic', 'body'])('learns secrets and tokens from the wire (%s)', async (way) => {
    const { credentials } = await startAccount()
    const { clientID, clientSecret, tokenEndpointURL } = credentials
    const client = new URLSearchParams({ client_id: clientID, client_secret: clientSecret })
    const { data } = await axios.post(
      tokenEndpointURL,
      `grant_type=client_credentials${way === 'body' ? `&${client}` : ''}`,
      way === 'basic' ? { auth: { username: clientID, password: clientSecret } } : {},
    )
    const { secrets, bearers } = secretsSeen()
    expect(secrets).toContain(data.refresh_token)
    expect(bearers).toEqual([data.access_token])
    if (way === 'basic') {
      expect(secrets).toContain(Buffer.from(`${clientID}:${clientSecret}`).toString('base64'))
    }
  })

  it.each(['basic', 'body'])('learns a secret that nobody named (%s)', async (way) => {
    const { url } = await startRawServer()
    const form = new URLSearchParams({ client_secret: SECRET })
    const pair = `id:${encodeURIComponent(SECRET)}`
    await axios.post(url, way === 'body' ? form.toString() : 'grant_type=client_credentials', {
      headers: way === 'basic' ? { Authorization: `Basic ${btoa(pair)}` } : {},
    })
    expect(secretsSeen().secrets).toContain(SECRET)
  })

  // What is caught by other means does not come to the check.
  it('gets every error that a test provokes', () => {
    const home = join(import.meta.dirname, '..')
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (file) => /\.test\.ts$/.test(file) && !file.startsWith('project/hygiene'),
    )
    expect(files.length).toBeGreaterThan(25)
    const others = files.flatMap((file) =>
      readFileSync(join(home, file), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          // A program in a text ends in what it prints, and that comes here.
          !file.startsWith('project/package') &&
          /\.rejects\b|\ballSettled\(|\bcatch \(|\.toThrow\([^)]/.test(line)
            ? [`${file}:${index + 1}`]
            : [],
        ),
    )
    expect(others).toEqual([])
  })
})
