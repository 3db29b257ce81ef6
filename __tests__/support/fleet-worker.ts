import axios from 'axios'
import type Keyv from 'keyv'
import { attachCaspioAuth, type CaspioAuthEvent, type CaspioTokenStore } from '../../src/index.js'
import { redisTokenStore } from '../../src/redis.js'
import type { FleetOrder, FleetReport, FleetSetup, StoreKind } from './fleet.js'

// Each process loads only the packages that it needs: 32 processes that load all take minutes.
const STORES: Record<StoreKind, (url: string) => Promise<CaspioTokenStore>> = {
  async redis(url) {
    const { createClient } = await import('redis')
    const client = createClient({ url })
    client.on('error', () => {})
    await client.connect()
    return redisTokenStore(client)
  },
  async ioredis(url) {
    const { Redis } = await import('ioredis')
    const client = new Redis(url)
    client.on('error', () => {})
    return redisTokenStore(client)
  },
  async 'keyv-redis'(url) {
    const { createKeyv } = await import('@keyv/redis')
    return watched(createKeyv(url))
  },
  async 'keyv-postgres'(url) {
    const { createKeyv } = await import('@keyv/postgres')
    return watched(createKeyv({ uri: url, table: 'caspio_fleet', max: 2 }))
  },
  async 'keyv-sqlite'(url) {
    const { SqliteAdapter } = await import('./sqlite-adapter.js')
    const { Keyv } = await import('keyv')
    return watched(new Keyv({ store: new SqliteAdapter(url) }))
  },
}

function watched(store: Keyv): Keyv {
  store.on('error', () => {})
  return store
}

/** One process of a fleet. It sends what its parent orders, and reports the results. */
process.once('message', async ({ credentials, apiURL, store, options }: FleetSetup) => {
  const events: CaspioAuthEvent[] = []
  const tokenStore = await STORES[store.kind](store.url)
  const api = axios.create({ baseURL: apiURL, adapter: 'http', proxy: false })
  const auth = attachCaspioAuth(api, credentials, {
    ...options,
    tokenStore,
    onEvent: (event) => events.push(event),
  })
  process.on('message', async ({ requests, pause }: FleetOrder) => {
    const report: FleetReport = { statuses: [], slowest: 0, events: {}, token: '' }
    for (let i = 0; i < requests; i++) {
      const started = performance.now()
      report.statuses.push(await statusOf(() => api.get('/tables/Physicians/records?q.limit=1')))
      report.slowest = Math.max(report.slowest, performance.now() - started)
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause))
    }
    for (const event of events.splice(0)) {
      const name = event.type === 'token-taken' ? event.source : event.type
      report.events[name] = (report.events[name] ?? 0) + 1
    }
    report.token = await auth.getAccessToken().then(
      ({ access_token }) => access_token,
      (error) => `${error.code}`,
    )
    process.send?.(report)
  })
  process.send?.('ready')
})

async function statusOf(send: () => Promise<{ status: number }>): Promise<number | string> {
  try {
    return (await send()).status
  } catch (error) {
    return axios.isAxiosError(error) ? (error.response?.status ?? `${error.code}`) : `${error}`
  }
}
