import { PassThrough } from 'node:stream'
import axios from 'axios'
import { describe, expect, it } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { type CaspioAuthEvent, createCaspioAuth, isCaspioAuthError } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startBench } from '../support/account.js'
import { startRawServer } from '../support/raw-server.js'
import { expectNoSecrets, leaksIn, TROUBLESOME_SECRETS } from '../support/secrets.js'

describe('a token endpoint that repeats the request', () => {
  it.each(
    TROUBLESOME_SECRETS.flatMap((clientSecret) =>
      [400, 401, 403, 404, 302, 500].map((status) => ({ clientSecret, status })),
    ),
  )(
    'does not make the plugin show $clientSecret (with $status)',
    async ({ clientSecret, status }) => {
      const server = await startRawServer(({ headers, body }, response) => {
        const echo = `${headers.authorization ?? ''} ${body} ${clientSecret}`
        const form = new URLSearchParams({ echo: clientSecret }).toString()
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-echo': `${headers.authorization} ${form}`,
          location: `https://elsewhere.example.com/?${form}`,
        })
        response.end(
          JSON.stringify({ error: echo, error_description: echo, nested: [{ echo }], [form]: 1 }),
        )
      })
      for (const clientAuthentication of ['basic', 'body'] as const) {
        const credentials = {
          clientID: 'b5a1e9c2',
          clientSecret,
          tokenEndpointURL: `${server.url}/oauth/token`,
        }
        const events: CaspioAuthEvent[] = []
        const options = {
          clientAuthentication,
          retries: 0,
          onEvent: (event: CaspioAuthEvent) => events.push(event),
        }
        const handle = createCaspioAuth(credentials, options)
        for (const error of [
          await rejectionOf(handle.getAccessToken()),
          await rejectionOf(caspioAuth(credentials, options)()),
        ]) {
          expect(isCaspioAuthError(error)).toBe(true)
          expect(error.status).toBe(status)
          expectNoSecrets(error, credentials)
          expectNoSecrets(error.response, credentials)
          expectNoSecrets(error.toJSON(), credentials)
          expectNoSecrets(error.cause, credentials)
        }
        expectNoSecrets(events, credentials)
        expectNoSecrets(handle, credentials)
      }
    },
  )

  it('does not make the plugin show the secret from an HTML page', async () => {
    const clientSecret = 'S3cr/t+of "Örsted"'
    const server = await startRawServer(({ headers, body }, response) => {
      response.writeHead(400, { 'content-type': 'text/html; charset=utf-8' })
      response.end(`<pre>${headers.authorization} ${body} ${clientSecret}</pre>`)
    })
    const credentials = {
      clientID: 'b5a1e9c2',
      clientSecret,
      tokenEndpointURL: `${server.url}/oauth/token`,
    }
    const error = await rejectionOf(caspioAuth(credentials, { clientAuthentication: 'body' })())
    expectNoSecrets(error, credentials)
    expectNoSecrets(error.response, credentials)
  })
})

describe('a hostile error body', () => {
  const client = { clientID: 'b5a1e9c2', clientSecret: 'S3cr/t+of "Örsted" & son: 100 %' }

  async function errorFor(body: string, clientSecret = client.clientSecret) {
    const server = await startRawServer((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end(body)
    })
    const tokenEndpointURL = `${server.url}/oauth/token`
    const credentials = { ...client, clientSecret, tokenEndpointURL }
    const error = await rejectionOf(createCaspioAuth(credentials).getAccessToken())
    expect(isCaspioAuthError(error)).toBe(true)
    expect(error.status).toBe(400)
    return error
  }

  it('shows no secret in JSON within JSON', async () => {
    const inner = JSON.stringify({ said: client.clientSecret })
    const error = await errorFor(JSON.stringify({ error: 'invalid_client', inner }))
    expect(error.response.data.inner).toBe('{"said":"[redacted]"}')
  })

  it.each(['e', 'true', '1', '"', '{', ':', ','])(
    'is still handled if the secret is %j, which occurs in all JSON',
    async (clientSecret) => {
      const body = '{"error":"invalid_client","list":[true,1,null,{"a":"b"}]}'
      const error = await errorFor(body, clientSecret)
      expect(error.code).toMatch(/^ERR_CASPIO_(CREDENTIALS|TOKEN_RESPONSE)$/)
    },
  )

  it('shows no secret that appears as a number', async () => {
    const error = await errorFor('{"error":"invalid_client","said":[31415926]}', '31415926')
    expect(error.response.data.said).toEqual(['[redacted]'])
  })

  it.each(['[', '{"a":'])(
    'does not overflow the stack if it is deeply nested with %j',
    async (open) => {
      const close = { '[': ']', '{"a":': '}' }[open] ?? ''
      const depth = 100_000
      const error = await errorFor(`${open.repeat(depth)}1${close.repeat(depth)}`)
      expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
      expect(`${JSON.stringify(error.response.data)}`.length).toBeLessThan(200)
    },
  )
})

describe('a secret with half of a surrogate pair', () => {
  it('leads to a CaspioAuthError', async () => {
    const server = await startRawServer((_, response) => {
      response.writeHead(400, { 'content-type': 'application/json' })
      response.end('{"error":"invalid_client"}')
    })
    const credentials = {
      clientID: 'b5a1e9c2',
      // As if an emoji had been cut in half.
      clientSecret: 'cut\ud83d',
      tokenEndpointURL: `${server.url}/oauth/token`,
    }
    const error = await rejectionOf((async () => createCaspioAuth(credentials).getAccessToken())())
    expect(isCaspioAuthError(error)).toBe(true)
    expect(error.code).toMatch(/^ERR_CASPIO_(CONFIG|CREDENTIALS)$/)
  })
})

describe('an answer with an invalid token', () => {
  it('is not shown, because it may contain a token', async () => {
    const tokens = ['almost-an-access-token', 'almost-a-refresh-token']
    const server = await startRawServer((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ access_token: tokens[0], refresh_token: tokens[1], token_type: 'mac' }),
      )
    })
    const credentials = {
      clientID: 'b5a1e9c2',
      clientSecret: 'S3cr/t+of "Örsted"',
      tokenEndpointURL: `${server.url}/oauth/token`,
    }
    const error = await rejectionOf(caspioAuth(credentials)())
    expect(error.code).toBe('ERR_CASPIO_TOKEN_RESPONSE')
    expectNoSecrets(error, credentials, ...tokens)
    expectNoSecrets(error.response, credentials, ...tokens)
  })
})

describe('printed output', () => {
  it('of the handle and the instance shows no secret and no refresh token', async () => {
    const { account, api, auth } = await startBench()
    await api.get('/tables')
    account.revoke()
    await api.get('/tables')
    const { access_token } = await auth.getAccessToken()
    expectNoSecrets(auth, account.credentials, access_token)
    expectNoSecrets(api, account.credentials, access_token)
    expectNoSecrets(api.interceptors.request, account.credentials, access_token)
  })

  it('of getAccessToken() has no refresh token', async () => {
    const { auth } = await startBench()
    expect(Object.keys(await auth.getAccessToken()).sort()).toEqual([
      'access_token',
      'expires_in',
      'token_type',
    ])
  })

  it('of a failed request’s error as JSON shows no access token', async () => {
    const { account, api, auth } = await startBench()
    const error = await rejectionOf(api.get('/tables/Nobody/records'))
    expect(axios.isAxiosError(error)).toBe(true)
    const { access_token } = await auth.getAccessToken()
    expect(error.config.headers.Authorization).toBe(`Bearer ${access_token}`)
    expect(JSON.stringify(error)).not.toContain(access_token)
    expect(JSON.stringify(error.toJSON())).not.toContain(account.credentials.clientSecret)
  })

  it('of that JSON shows no access token even if the body is a stream that was piped into the request', async () => {
    const { account, api, auth } = await startBench()
    const { access_token } = await auth.getAccessToken()
    account.api.fail({ status: 500 })
    for (const responseType of ['json', 'stream'] as const) {
      const body = new PassThrough().end('{}')
      const error = await rejectionOf(api.post(PHYSICIANS, body, { responseType }))
      // Make sure that the token can be found in the stream.
      expect(leaksIn([error.config.data], [access_token])).not.toEqual([])
      expect(leaksIn([JSON.stringify(error)], [access_token])).toEqual([])
    }
  })
})
