import http, { Agent, type ClientRequest } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, Socket } from 'node:net'
import axios, { type CreateAxiosDefaults } from 'axios'
import { HttpProxyAgent } from 'http-proxy-agent'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { forTokenRequest, noStore } from '../../src/token/platform.js'
import { times } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { stopClocks } from '../support/clocks.js'
import { startConnectProxy } from '../support/connect-proxy.js'
import { startRawServer } from '../support/raw-server.js'

const CLIENT = { clientID: 'id', clientSecret: 'secret' }
const TOKEN = { token_type: 'bearer', expires_in: 3_600 }
const POOL = { maxSockets: 2 }

interface Exchange {
  readonly url: string | undefined
  readonly authorization: string | undefined
  answer(status: number, data: object): void
}

/**
 * An account that answers two calls, and holds back all later ones until a second token is requested:
 * so they occupy every connection of a small pool.
 *
 * @param isRevoked whether the token is revoked after the first call
 */
function createSlowAccount(isRevoked = true) {
  const tokens: string[] = []
  const held: Exchange[] = []
  let calls = 0
  const serve = ({ authorization, answer }: Exchange) => {
    answer(isRevoked && authorization !== `Bearer ${tokens.at(-1)}` ? 401 : 200, {})
  }
  return {
    tokens,
    receive(exchange: Exchange) {
      if (exchange.url?.endsWith('/oauth/token')) {
        tokens.push(`token-${tokens.length}`)
        exchange.answer(200, { ...TOKEN, access_token: tokens.at(-1) })
        if (tokens.length > 1) for (const one of held.splice(0)) serve(one)
      } else if (++calls === 1) exchange.answer(200, {})
      else if (calls === 2) exchange.answer(isRevoked ? 401 : 200, {})
      else if (tokens.length === 1) held.push(exchange)
      else serve(exchange)
    },
  }
}

/** Serves the account over HTTP/1.1. */
async function startSlowAccount(isRevoked?: boolean) {
  const account = createSlowAccount(isRevoked)
  const { url, server } = await startRawServer(({ url, headers }, response) =>
    account.receive({
      url,
      authorization: headers.authorization,
      answer: (status, data) => response.writeHead(status).end(JSON.stringify(data)),
    }),
  )
  return { url, server, tokens: account.tokens }
}

/** Attaches the plugin. Sends a call, then 20 at once. Returns how the token requests ended. */
async function sendBurst(url: string, settings: CreateAxiosDefaults, beforeBurst = () => {}) {
  const api = axios.create({ baseURL: url, proxy: false, ...settings })
  const requests: unknown[] = []
  attachCaspioAuth(
    api,
    { ...CLIENT, tokenEndpointURL: `${url}/oauth/token` },
    {
      timeout: 2_000,
      retries: 0,
      onEvent: (event) => {
        if (event.type === 'token-request') requests.push(event.status ?? event.errorCode)
      },
    },
  )
  await api.get('/x')
  beforeBurst()
  const statuses = (await times(20, () => api.get('/x'))).map(({ status }) => status)
  expect(statuses).toEqual(Array(20).fill(200))
  return requests
}

describe('a token request does not wait for the calls in a small connection pool', () => {
  class PrivateAgent extends Agent {
    #options = { family: 4 }
    override createConnection(options: object, ...rest: []) {
      return super.createConnection({ ...options, ...this.#options }, ...rest)
    }
  }

  class CountingAgent extends Agent {
    #open = 0
    get open() {
      return this.#open
    }
    override createConnection(options: object, ...rest: []) {
      this.#open++
      return super.createConnection(options, ...rest)
    }
    // @ts-expect-error Node's types do not have it.
    override removeSocket(...socket: unknown[]) {
      this.#open--
      // @ts-expect-error
      super.removeSocket(...socket)
    }
  }

  it.each([
    ['with maxSockets', () => new Agent(POOL)],
    ['with maxTotalSockets', () => new Agent({ maxTotalSockets: 2 })],
    ['with keepAlive', () => new Agent({ ...POOL, keepAlive: true })],
    ['of a class with private fields', () => new PrivateAgent(POOL)],
    ['of a class that counts its sockets', () => new CountingAgent(POOL)],
  ])('of an agent %s', async (_, create) => {
    const { url } = await startSlowAccount()
    expect(await sendBurst(url, { httpAgent: create() })).toEqual([200, 200])
  })

  it('of an agent, in a renewal in the background', async () => {
    stopClocks()
    const { url } = await startSlowAccount(false)
    const httpAgent = new Agent({ ...POOL, keepAlive: true })
    const passMinutes = () => {
      vi.advanceTimersByTime(59 * 60_000)
    }
    expect(await sendBurst(url, { httpAgent }, passMinutes)).toEqual([200, 200])
  })

  it('of a proxy agent, and goes through its proxy', async () => {
    const { url } = await startSlowAccount()
    const proxy = await startConnectProxy()
    const httpAgent = new HttpProxyAgent(proxy.url, POOL)
    expect(await sendBurst(url, { httpAgent })).toEqual([200, 200])
    expect(proxy.requests.filter((line) => line.startsWith('POST'))).toEqual(
      Array(2).fill(`POST ${url}/oauth/token`),
    )
  })

  it.runIf(CAN.http2)('of an HTTP/2 session', async () => {
    const account = createSlowAccount()
    const server = createHttp2Server(
      { settings: { maxConcurrentStreams: 2 } },
      (request, response) => {
        request.resume()
        account.receive({
          url: request.url,
          authorization: request.headers.authorization,
          answer: (status, data) => response.writeHead(status).end(JSON.stringify(data)),
        })
      },
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    expect(await sendBurst(url, { httpVersion: 2 })).toEqual([200, 200])
  })
})

describe('the agent of a token request', () => {
  it('opens one connection, closes it, and leaves the pool of the calls as it is', async () => {
    const { url, server, tokens } = await startSlowAccount()
    let open = 0
    let most = 0
    server.on('connection', (socket) => {
      most = Math.max(most, ++open)
      socket.on('close', () => open--)
    })
    const httpAgent = new Agent({ ...POOL, keepAlive: true })
    await sendBurst(url, { httpAgent })
    expect(tokens).toHaveLength(2)
    expect(most).toBe(3)
    await vi.waitFor(() => expect(open).toBe(2))
    expect(httpAgent).toMatchObject({ ...POOL, keepAlive: true, totalSocketCount: 2 })
    expect(Object.values(httpAgent.freeSockets)[0]).toHaveLength(2)
    httpAgent.destroy()
  })

  it.each([{}, { maxSockets: Number.POSITIVE_INFINITY }, new Agent(), undefined])(
    'is the instance’s, if that has no limit (%o)',
    (httpAgent) => {
      expect(forTokenRequest({ httpAgent }).httpAgent).toBe(httpAgent)
    },
  )

  it('asks the instance’s agent itself, if that keeps its sockets in another way', () => {
    const agent = {
      maxSockets: 5,
      sockets: [{}],
      requests: [] as unknown[],
      addRequest(...request: unknown[]) {
        this.requests.push([this.sockets.map(() => 'a socket'), ...request])
      },
    }
    forTokenRequest({ httpsAgent: agent }).httpsAgent.addRequest('request', 'options')
    expect(agent.requests).toEqual([[['a socket'], 'request', 'options']])
  })

  it('gets its socket back, if it gives that to the calls that wait', async () => {
    const { url, server } = await startSlowAccount(false)
    server.keepAliveTimeout = 0
    const httpAgent = new TunnelAgent(Number(new URL(url).port))
    const api = axios.create({ baseURL: url, httpAgent, proxy: false })
    attachCaspioAuth(api, { ...CLIENT, tokenEndpointURL: `${url}/oauth/token` })
    const answers = await times(2, () => api.get('/x'))
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
  })
})

/** An agent that keeps its sockets as that of the package tunnel does, with one socket at most. */
class TunnelAgent {
  readonly maxSockets = 1
  readonly sockets: Socket[] = []
  readonly requests: ClientRequest[] = []

  constructor(readonly port: number) {}

  addRequest(request: ClientRequest) {
    if (this.sockets.length === this.maxSockets) this.requests.push(request)
    else this.open(request).on('free', () => this.emitFree())
  }

  open(request: ClientRequest) {
    const index = this.sockets.push(new Socket()) - 1
    const socket = connect(this.port, '127.0.0.1')
    this.sockets[index] = socket
    request.onSocket(socket)
    return socket.on('close', () => this.remove(socket))
  }

  emitFree() {
    const socket = this.sockets[0] as Socket
    const next = this.requests.shift()
    if (next) return next.onSocket(socket)
    socket.destroy()
    this.remove(socket)
  }

  remove(socket: Socket) {
    if (this.sockets[0] !== socket) return
    this.sockets.pop()
    const next = this.requests.shift()
    // The package never listens for the end of this request.
    if (next) this.open(next)
  }
}

describe('a connection pool that the token request cannot leave', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A server that takes 40 ms for each call. The first token is revoked after the first call. */
  async function startSluggishServer() {
    let tokens = 0
    return startRawServer(({ url, headers }, response) => {
      if (url === '/oauth/token') {
        tokens++
        return response.end(JSON.stringify({ ...TOKEN, access_token: `token-${tokens}` }))
      }
      vi.advanceTimersByTime(40)
      const isAccepted = url === '/first' || headers.authorization === 'Bearer token-2'
      response.writeHead(isAccepted ? 200 : 401).end()
    })
  }

  /** Sends calls that occupy the pool three times as long as the time limit. */
  async function sendInTurn(settings: CreateAxiosDefaults) {
    const { url } = await startSluggishServer()
    const api = axios.create({ baseURL: url, proxy: false, ...settings })
    const errors: unknown[] = []
    attachCaspioAuth(
      api,
      { ...CLIENT, tokenEndpointURL: `${url}/oauth/token` },
      {
        timeout: 400,
        retries: 0,
        onEvent: (event) => {
          if (event.type === 'acquisition-failed') errors.push(event.error)
        },
      },
    )
    await api.get('/first')
    const statuses = (await times(30, () => api.get('/x'))).map(({ status }) => status)
    expect(statuses).toEqual(Array(30).fill(200))
    expect(errors).toEqual([])
  }

  it.runIf(CAN.fetch)('is waited for as long as it serves the calls: of fetch', async () => {
    await fetch('data:,')
    const platform = (globalThis as unknown as Record<symbol, object>)[
      Symbol.for('undici.globalDispatcher.1')
    ] as { constructor: new (options: object) => object }
    const dispatcher = new platform.constructor({ connections: 1 })
    await sendInTurn({ adapter: 'fetch', fetchOptions: { dispatcher } })
  })

  it('is waited for as long as it serves the calls: of Node’s global agent', async () => {
    const { maxSockets } = http.globalAgent
    onTestFinished(() => {
      http.globalAgent.maxSockets = maxSockets
    })
    http.globalAgent.maxSockets = 1
    await sendInTurn({})
  })
})

describe('noStore', () => {
  it('is undefined where no cache mode is allowed', () => {
    expect(noStore()).toBe('no-store')
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    vi.stubGlobal('Request', () => {
      throw new Error('not implemented')
    })
    expect(noStore()).toBeUndefined()
  })
})
