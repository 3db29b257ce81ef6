import { AxiosError } from 'axios'
import { describe, expect, it } from 'vitest'
import caspioAuth from '../../src/auth.js'
import { attachCaspioAuth, type CaspioAuthOptions, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench, times } from '../support/account.js'
import { MemoryStore } from '../support/memory-store.js'
import { expectNoSecrets } from '../support/secrets.js'

/** An account, and an instance whose plugin asks a function for the client secret. */
async function startWithFunction(options?: CaspioAuthOptions) {
  const bench = await startBench()
  const { account, api } = bench
  const manager = { secret: account.credentials.clientSecret as unknown, calls: 0 }
  const clientSecret = async () => {
    manager.calls++
    return manager.secret as string
  }
  const credentials = { ...account.credentials, clientSecret }
  attachCaspioAuth(api, credentials, options)
  /** The profile gets a new secret, and the secret manager learns of it. */
  const rotate = () => {
    account.rotateSecret()
    manager.secret = account.credentials.clientSecret
  }
  return { ...bench, manager, credentials, rotate }
}

describe('a client secret from a function', () => {
  it('is asked for with each token request, and not before', async () => {
    const { account, api, manager } = await startWithFunction()
    expect(manager.calls).toBe(0)
    await times(20, () => api.get(PHYSICIANS))
    expect(manager.calls).toBe(1)
    account.revoke()
    await times(20, () => api.get(PHYSICIANS))
    expect(manager.calls).toBe(2)
    expect(account.log.token).toHaveLength(2)
  })

  it('may come at once, without a promise', async () => {
    const { credentials } = await startAccount()
    const clientSecret = () => credentials.clientSecret
    const auth = createCaspioAuth({ ...credentials, clientSecret })
    expect((await auth.getAccessToken()).token_type).toBe('bearer')
  })

  it.each(['basic', 'body'] as const)(
    'is sent as clientAuthentication says: %s',
    async (method) => {
      const { api, rotate, account } = await startWithFunction({ clientAuthentication: method })
      rotate()
      expect((await api.get(PHYSICIANS)).status).toBe(200)
      expect(account.log.token).toHaveLength(1)
    },
  )

  it('works with a token store, which keeps no secret', async () => {
    const tokenStore = new MemoryStore({ lock: true })
    const { api, manager } = await startWithFunction({ tokenStore })
    await api.get(PHYSICIANS)
    expect(tokenStore.entries.size).toBeGreaterThan(0)
    const stored = JSON.stringify([...tokenStore.entries])
    expect(stored).not.toContain(manager.secret)
  })

  it('works with axios-caspio-auth/auth', async () => {
    const { credentials, manager, rotate } = await startWithFunction()
    const getAccessToken = caspioAuth(credentials)
    await getAccessToken()
    rotate()
    expect(await getAccessToken()).toHaveProperty('refresh_token')
    expect(manager.calls).toBe(2)
  })
})

describe('a rotated client secret', () => {
  it('is asked for again if the client is refused, and the token request repeated at once', async () => {
    const { account, api, manager, rotate } = await startWithFunction()
    const { clientSecret } = account.credentials
    rotate()
    const rotated = manager.secret
    // The first call returns what the secret manager had in its cache.
    Object.defineProperty(manager, 'secret', {
      get: () => (manager.calls === 1 ? clientSecret : rotated),
    })
    const answers = await times(20, () => api.get(PHYSICIANS))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(manager.calls).toBe(2)
    expect(account.log.token.map(({ status }) => status)).toEqual([400, 200])
  })

  it('that the function does not know yet fails the requests and starts the cooldown', async () => {
    const { account, api, manager } = await startWithFunction()
    account.rotateSecret()
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(error.nextAttemptAt).toBeInstanceOf(Date)
    await rejectionOf(api.get(PHYSICIANS))
    expect(manager.calls).toBe(2)
    expect(account.log.token).toHaveLength(1)
  })

  it('is not asked for again if the token endpoint is down', async () => {
    const { account, api, manager } = await startWithFunction({ retries: 0 })
    account.tokenEndpoint.fail({ times: 1 })
    expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect([manager.calls, account.log.token.length]).toEqual([1, 1])
  })

  it('is refused twice if it is wrong as well', async () => {
    const { account, api, manager } = await startWithFunction()
    Object.defineProperty(manager, 'secret', { get: () => `wrong-secret-${manager.calls}` })
    expect((await rejectionOf(api.get(PHYSICIANS))).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect(account.log.token).toHaveLength(2)
  })
})

const SECRET = 'the-secret-of-the-manager'
const NO_SECRET = 'did not come within 50 ms, or the function threw an error'

describe.each<[string, () => unknown, string]>([
  ['returns undefined', () => undefined, 'is missing'],
  ['returns a promise of null', async () => null, 'is missing'],
  ['returns an object', () => ({ SecretString: SECRET }), 'must be a string'],
  ['returns an empty text', () => '', 'is empty'],
  ['returns a text with a line end', () => `${SECRET}\n`, 'has leading or trailing white space'],
  ['returns half a character', () => `${SECRET}\ud800`, 'contains a broken character'],
  [
    'throws',
    () => {
      throw new Error(SECRET)
    },
    NO_SECRET,
  ],
  [
    'rejects with an error of axios',
    async () => {
      throw new AxiosError(SECRET, 'ERR_CASPIO_CREDENTIALS')
    },
    NO_SECRET,
  ],
  ['never ends', () => new Promise(() => {}), NO_SECRET],
])('a function clientSecret that %s', (_, clientSecret, fault) => {
  it(`fails the request, which says that the secret ${fault}`, async () => {
    const { account, api } = await startBench()
    const credentials = { ...account.credentials, clientSecret: clientSecret as () => string }
    attachCaspioAuth(api, credentials, { retries: 0, timeout: 50 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.message).toContain(`: clientSecret() failed: the secret ${fault}.`)
    expect(error.message).not.toContain(SECRET)
    expectNoSecrets(error, { ...account.credentials, clientSecret: SECRET })
    expect(account.log.token).toHaveLength(0)
  })
})

it('a function clientSecret that fails once costs a retry, and keeps the refresh token', async () => {
  const { account, api, auth, manager } = await startWithFunction().then((started) => ({
    ...started,
    auth: attachCaspioAuth(started.api, started.credentials),
  }))
  await api.get(PHYSICIANS)
  const { secret } = manager
  const calls = manager.calls
  Object.defineProperty(manager, 'secret', {
    get: () => (manager.calls === calls + 1 ? undefined : secret),
  })
  await auth.getAccessToken({ renew: true })
  expect(account.log.token.map(({ grant }) => grant)).toEqual([
    'client_credentials',
    'refresh_token',
  ])
})

it('a function that needs a token itself fails with its time limit, and does not call itself', async () => {
  const { account, api } = await startBench()
  let calls = 0
  const clientSecret = async () => {
    calls++
    return (await api.get(PHYSICIANS)).data
  }
  attachCaspioAuth(api, { ...account.credentials, clientSecret }, { timeout: 50, retries: 0 })
  const error = await rejectionOf(api.get(PHYSICIANS))
  expect(error.message).toContain('clientSecret() failed: the secret did not come within 50 ms')
  expect(calls).toBe(1)
})

it('a function that fails after a refusal leaves the refusal to the caller', async () => {
  const { account, api, manager, rotate } = await startWithFunction({ retries: 0 })
  await api.get(PHYSICIANS)
  rotate()
  const { secret } = manager
  Object.defineProperty(manager, 'secret', { get: () => (manager.calls > 2 ? undefined : 'old') })
  account.revoke()
  const error = await rejectionOf(api.get(PHYSICIANS))
  expect([error.code, error.status]).toEqual(['ERR_CASPIO_CREDENTIALS', 400])
  expect(manager.calls).toBe(3)
  expect(secret).not.toBe('old')
})
