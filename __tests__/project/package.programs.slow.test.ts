import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { startAccount } from '../support/account.js'
import { EXPORTS, jsonOf, runFile } from '../support/package.js'
import { environment } from '../support/programs.js'
import { expectNoSecrets } from '../support/secrets.js'

/** Two token sources share one store: the second takes the token that the first requested. */
const SHARED_TOKEN = `
  const values = new Map()
  const tokenStore = {
    get: (key) => values.get(key), set: (key, value) => values.set(key, value), delete: () => {},
  }
  const account = await startCaspioAccount()
  const seen = []
  const onEvent = ({ type, source, reason }) => seen.push(source ?? reason ?? type)
  for (const _ of [1, 2]) {
    await createCaspioAuth(account.credentials, { tokenStore, onEvent }).getAccessToken()
  }
  await account.close()
  console.log(JSON.stringify(seen))`

/** Two requests, with the token revoked in between. */
const REVOKED_ONCE = `
  const url = account.url + '/rest/v2/tables/Physicians/records'
  const rows = []
  rows.push((await axios.get(url)).data.Result.length)
  account.revoke()
  rows.push((await axios.get(url)).data.Result.length)
  await account.close()
  console.log(JSON.stringify({
    rows,
    token: account.log.token.map((entry) => entry.status),
    api: account.log.api.map((entry) => entry.status),
  }))`

describe('in ESM', () => {
  it('exports the documented names and nothing else', async () => {
    const names = await jsonOf(
      'exports.mjs',
      `import * as index from 'axios-caspio-auth'
      import * as auth from 'axios-caspio-auth/auth'
      import * as redis from 'axios-caspio-auth/redis'
      import * as metering from 'axios-caspio-auth/metering'
      import * as testing from 'axios-caspio-auth/testing'
      const keys = (module) => Object.keys(module).filter((name) => name !== 'default').sort()
      console.log(JSON.stringify({
        index: keys(index), auth: keys(auth), redis: keys(redis), testing: keys(testing),
        metering: keys(metering),
        default: typeof auth.default,
      }))`,
    )
    expect(names).toEqual({ ...EXPORTS, auth: [], default: 'function' })
  })

  it('authorises requests to its stand-in account', async () => {
    const outcome = await jsonOf(
      'attach.mjs',
      `import axios from 'axios'
      import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
      import { startCaspioAccount } from 'axios-caspio-auth/testing'
      const account = await startCaspioAccount()
      const { clientID, clientSecret, tokenEndpointURL } = account.credentials
      attachCaspioAuth(axios, credentialsFromEnv({
        CASPIO_CLIENT_ID: clientID,
        CASPIO_CLIENT_SECRET: clientSecret,
        CASPIO_TOKEN_ENDPOINT_URL: tokenEndpointURL,
      }))
      ${REVOKED_ONCE}`,
    )
    expect(outcome).toEqual({ rows: [12, 12], token: [200, 200], api: [200, 401, 200] })
  })

  it('shares a token through a store', async () => {
    const seen = await jsonOf(
      'store.mjs',
      `import { createCaspioAuth } from 'axios-caspio-auth'
      import { startCaspioAccount } from 'axios-caspio-auth/testing'
      ${SHARED_TOKEN}`,
    )
    expect(seen).toEqual(['token-request', 'issued', 'store'])
  })

  it('has the function of caspio-sdk as its default export', async () => {
    const account = await startAccount()
    const answer = await jsonOf(
      'auth.mjs',
      `import caspioAuth from 'axios-caspio-auth/auth'
      import { credentialsFromEnv } from 'axios-caspio-auth'
      console.log(JSON.stringify(await caspioAuth(credentialsFromEnv())()))`,
      environment(account.credentials),
    )
    expect(answer).toEqual(fourFields)
  })
})

describe('in CommonJS', () => {
  it('shares a token through a store', async () => {
    const seen = await jsonOf(
      'store.cjs',
      `const { createCaspioAuth } = require('axios-caspio-auth')
      const { startCaspioAccount } = require('axios-caspio-auth/testing')
      async function main() {
        ${SHARED_TOKEN}
      }
      main()`,
    )
    expect(seen).toEqual(['token-request', 'issued', 'store'])
  })

  it('exports the documented names and nothing else', async () => {
    const names = await jsonOf(
      'exports.cjs',
      `const keys = (module) => Object.keys(module).sort()
      const auth = require('axios-caspio-auth/auth')
      console.log(JSON.stringify({
        index: keys(require('axios-caspio-auth')),
        redis: keys(require('axios-caspio-auth/redis')),
        metering: keys(require('axios-caspio-auth/metering')),
        testing: keys(require('axios-caspio-auth/testing')),
        auth: typeof auth,
        name: require('axios-caspio-auth/package.json').name,
      }))`,
    )
    expect(names).toEqual({ ...EXPORTS, auth: 'function', name: 'axios-caspio-auth' })
  })

  it('authorises requests to its stand-in account', async () => {
    const outcome = await jsonOf(
      'attach.cjs',
      `const axios = require('axios')
      const { attachCaspioAuth } = require('axios-caspio-auth')
      const { startCaspioAccount } = require('axios-caspio-auth/testing')
      async function main() {
        const account = await startCaspioAccount()
        attachCaspioAuth(axios, account.credentials)
        ${REVOKED_ONCE}
      }
      main()`,
    )
    expect(outcome).toEqual({ rows: [12, 12], token: [200, 200], api: [200, 401, 200] })
  })

  it('shows an error as CaspioAuthError', async () => {
    const shown = await jsonOf<string>(
      'inspect.cjs',
      `const { attachCaspioAuth } = require('axios-caspio-auth')
      try {
        attachCaspioAuth({})
      } catch (error) {
        console.log(JSON.stringify(require('node:util').inspect(error)))
      }`,
    )
    expect(shown).toMatch(
      /^CaspioAuthError: axios-caspio-auth: the first argument must be axios \(1\.6 or later\)/,
    )
  })

  it('does not let internal files be imported', async () => {
    const codes = await jsonOf(
      'internal.cjs',
      `const codes = ['dist/index.cjs', 'src/index.ts', 'dist/auth.js'].map((path) => {
        try {
          require('axios-caspio-auth/' + path)
        } catch (error) {
          return error.code
        }
      })
      console.log(JSON.stringify(codes))`,
    )
    expect(codes).toEqual(Array(3).fill('ERR_PACKAGE_PATH_NOT_EXPORTED'))
  })
})

const fourFields = {
  access_token: expect.stringMatching(/^[\w-]{340}$/),
  token_type: 'bearer',
  expires_in: 86_399,
  refresh_token: expect.stringMatching(/^[0-9a-f]{64}$/),
}

// From the documentation of caspio-sdk/auth, with our package's name.
const SDK_EXAMPLE = `
// get a valid bearer token for a Caspio account with an activated web services profile
const authCredentials = {
clientID: process.env.CASPIO_CLIENT_ID,
clientSecret: process.env.CASPIO_CLIENT_SECRET,
tokenEndpointURL: process.env.CASPIO_TOKEN_ENDPOINT_URL
}
const getAccessToken = require('axios-caspio-auth/auth')(authCredentials);
async function getAccountBearerToken() {
const bearerToken = await getAccessToken();
console.log(bearerToken);
return bearerToken;
}
getAccountBearerToken();
`

describe('the example program of caspio-sdk', () => {
  it.each(['example.cjs', 'example.js'])('prints the four fields (%s)', async (name) => {
    const account = await startAccount()
    const env = environment(account.credentials)
    const { code, stdout, stderr } = await runFile(name, SDK_EXAMPLE, env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(runInNewContext(`(${stdout})`)).toEqual(fourFields)
    expect(account.log.token).toHaveLength(1)
  })

  it('keeps running during the pause between two attempts', async () => {
    const account = await startAccount()
    account.tokenEndpoint.fail({ times: 1 })
    const env = environment(account.credentials)
    const { code, stdout } = await runFile('patient.cjs', SDK_EXAMPLE, env)
    expect(code).toBe(0)
    expect(runInNewContext(`(${stdout})`)).toEqual(fourFields)
    expect(account.log.token.map(({ status }) => status)).toEqual([503, 200])
  })

  it('fails at once, with the reason, if a variable is missing', async () => {
    const { credentials } = await startAccount()
    const { CASPIO_CLIENT_ID, ...env } = environment(credentials)
    expect(CASPIO_CLIENT_ID).toBe(credentials.clientID)
    const { code, stderr } = await runFile('missing.cjs', SDK_EXAMPLE, env)
    expect(code).toBe(1)
    expect(stderr).toContain('CaspioAuthError')
    expect(stderr).toContain('clientID')
    expectNoSecrets(stderr, credentials)
  })

  it('shows no secret if the secret is wrong', async () => {
    const account = await startAccount()
    const credentials = { ...account.credentials, clientSecret: 'S3cr/t+of "Örsted" & son: 100 %' }
    const { code, stderr } = await runFile('wrong.cjs', SDK_EXAMPLE, environment(credentials))
    expect(code).toBe(1)
    expect(stderr).toContain('ERR_CASPIO_CREDENTIALS')
    expectNoSecrets(stderr, credentials)
  })
})

describe('the ESM and the CommonJS copy, in one process,', () => {
  const BOTH = `
    import { createRequire } from 'node:module'
    import axios from 'axios'
    import * as esm from 'axios-caspio-auth'
    import esmAuth from 'axios-caspio-auth/auth'
    const require = createRequire(import.meta.url)
    const cjs = require('axios-caspio-auth')
    const cjsAuth = require('axios-caspio-auth/auth')
    const cjsAxios = require('axios')
    const { startCaspioAccount } = require('axios-caspio-auth/testing')
    const account = await startCaspioAccount()
    const { credentials } = account
    const path = '/rest/v2/tables/Physicians/records'
    const caught = async (act) => {
      try {
        await act()
      } catch (error) {
        return error
      }
    }
    const print = (outcome) => console.log(JSON.stringify(outcome))
    process.once('beforeExit', () => account.close())
  `

  it('are two different modules', async () => {
    const outcome = await jsonOf(
      'two.mjs',
      `${BOTH}
      print(esm.attachCaspioAuth !== cjs.attachCaspioAuth)
      await account.close()`,
    )
    expect(outcome).toBe(true)
  })

  it.each([
    ['esm', 'cjs'],
    ['cjs', 'esm'],
  ])('share a handle that %s created and %s attached', async (maker, user) => {
    const outcome = await jsonOf(
      `handle-of-${maker}.mjs`,
      `${BOTH}
      const handle = ${maker}.createCaspioAuth(credentials)
      const first = axios.create({ baseURL: account.url })
      const second = cjsAxios.create({ baseURL: account.url })
      ${user}.attachCaspioAuth(first, handle)
      ${user}.attachCaspioAuth(second, handle)
      const statuses = [(await first.get(path)).status, (await second.get(path)).status]
      account.revoke()
      statuses.push((await first.get(path)).status, (await second.get(path)).status)
      await account.close()
      print({ statuses, token: account.log.token.length, api: account.log.api.length })`,
    )
    expect(outcome).toMatchObject({ statuses: [200, 200, 200, 200], token: 2 })
  })

  it('recognise each other’s errors', async () => {
    const outcome = await jsonOf(
      'errors.mjs',
      `${BOTH}
      const wrong = { ...credentials, clientSecret: 'wrong' }
      const errors = [
        await caught(() => esm.attachCaspioAuth(axios.create(), {})),
        await caught(() => cjs.attachCaspioAuth(axios.create(), {})),
        await caught(() => esm.createCaspioAuth(wrong).getAccessToken()),
        await caught(() => cjs.createCaspioAuth(wrong).getAccessToken()),
        await caught(() => esmAuth(wrong)()),
        await caught(() => cjsAuth(wrong)()),
      ]
      const shared = axios.create({ baseURL: account.url })
      cjs.attachCaspioAuth(shared, esm.createCaspioAuth(wrong))
      const ofRequest = await caught(() => shared.get(path))
      errors.push(ofRequest)
      await account.close()
      print({
        codes: errors.map((error) => error.code),
        known: errors.map((error) => [
          esm.isCaspioAuthError(error),
          cjs.isCaspioAuthError(error),
          axios.isAxiosError(error),
          cjsAxios.isAxiosError(error),
        ].every(Boolean)),
        url: ofRequest.config.url,
      })`,
    )
    expect(outcome).toEqual({
      codes: ['ERR_CASPIO_CONFIG', 'ERR_CASPIO_CONFIG', ...Array(5).fill('ERR_CASPIO_CREDENTIALS')],
      known: Array(7).fill(true),
      url: '/rest/v2/tables/Physicians/records',
    })
  })

  it.each([
    ['esm', 'cjs'],
    ['cjs', 'esm'],
  ])('replace each other on an instance (%s, then %s)', async (first, second) => {
    const outcome = await jsonOf(
      `replace-${first}.mjs`,
      `${BOTH}
      const events = { first: [], second: [] }
      const api = axios.create({ baseURL: account.url })
      ${first}.attachCaspioAuth(api, credentials, { onEvent: ({ type }) => events.first.push(type) })
      const auth = ${second}.attachCaspioAuth(api, credentials, {
        onEvent: ({ type }) => events.second.push(type),
      })
      const interceptors = []
      const count = () => {
        let live = 0
        api.interceptors.request.forEach(() => live++)
        interceptors.push(live)
      }
      count()
      await api.get(path)
      account.revoke()
      await api.get(path)
      auth.detach()
      count()
      const status = (await caught(() => api.get(path))).response.status
      await account.close()
      print({
        events, interceptors, status,
        token: account.log.token.length,
        api: account.log.api.map((entry) => entry.status),
      })`,
    )
    expect(outcome).toEqual({
      events: {
        first: [],
        second: [
          'token-request',
          'token-taken',
          'api-call',
          'api-call',
          'token-rejected',
          'token-request',
          'token-taken',
          'request-resent',
          'api-call',
        ],
      },
      interceptors: [1, 0],
      status: 401,
      token: 2,
      api: [200, 401, 200, 401],
    })
  })
})
