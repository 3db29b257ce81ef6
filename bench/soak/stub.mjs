import { AxiosError, CanceledError } from 'axios'

const ACCOUNT = 'https://a1bcd234.caspio.com'

/** An account in memory, as an axios adapter. */
export function createStub() {
  let issued = 0
  let revoked = 0
  let isDown = false

  async function adapter(config) {
    const url = `${config.url}`
    if (url.endsWith('/oauth/token')) return answerToken(config)
    if (config.signal?.aborted) throw new CanceledError(undefined, config)
    if (!url.includes('charges')) {
      const [, number] = /^Bearer token-(\d+)$/.exec(config.headers.get('Authorization')) ?? []
      if (!(number > revoked) || url.includes('forbidden')) throw rejection(config, 401)
    }
    return answer(config, 200, '{"Result":[]}')
  }

  async function answerToken(config) {
    // Answer later, so that requests wait for the token.
    await new Promise((resolve) => setImmediate(resolve))
    if (isDown) return answer(config, 503, '{}')
    issued++
    return answer(
      config,
      200,
      `{"access_token":"token-${issued}","token_type":"bearer","expires_in":86399,"refresh_token":"r${issued}"}`,
    )
  }

  return {
    name: 'stubbed',
    concurrency: 50,
    config: { adapter, baseURL: `${ACCOUNT}/rest/v2` },
    credentials: credentialsAt(ACCOUNT),
    secondCredentials: credentialsAt('https://b2cde345.caspio.com'),
    // The delays before retries would use real time.
    retries: 0,
    foreign: 'https://api.example.com/charges',
    tokenRequests: async () => issued,
    revoke: async () => {
      revoked = issued
    },
    down: async () => {
      isDown = true
    },
    restore: async () => {
      isDown = false
    },
    settle: async () => {},
    close: async () => {},
  }
}

function credentialsAt(origin) {
  return {
    clientID: 'soak',
    clientSecret: 'soak-secret',
    tokenEndpointURL: `${origin}/oauth/token`,
  }
}

function answer(config, status, data) {
  return { data, status, statusText: '', headers: {}, config, request: {} }
}

function rejection(config, status) {
  const message = `Request failed with status code ${status}`
  const code = 'ERR_BAD_REQUEST'
  return new AxiosError(message, code, config, {}, answer(config, status, '{}'))
}
