import axios from 'axios'
import { Redis } from 'ioredis'
import { attachCaspioAuth, type CaspioCredentials } from '../../src/index.js'
import { createCallMeter } from '../../src/metering/index.js'
import { importSink } from './sinks.js'

export interface MeteredSetup {
  readonly credentials: CaspioCredentials
  readonly apiURL: string
  readonly redisURL: string
  /** Where the sinks are. */
  readonly sinks: string
  /** What happens at SIGTERM to the calls that are under way. */
  readonly atSigterm: 'wait' | 'abort'
}

const AT_ONCE = 4

/** A process that calls Caspio until SIGTERM, and then writes what it counted. */
process.once('message', async (setup: MeteredSetup) => {
  const { credentials, apiURL, redisURL, sinks, atSigterm } = setup
  const { redisSink } = await importSink<'redisSink'>('redis.mjs', sinks)
  const redis = new Redis(redisURL)
  const meter = createCallMeter({ ...redisSink(redis), writeEvery: 20 })
  const api = axios.create({ baseURL: apiURL, adapter: 'http', proxy: false })
  attachCaspioAuth(api, credentials, { retries: 0, onEvent: meter.onEvent })
  const stopping = new AbortController()

  async function callUntilStopped(): Promise<void> {
    while (!stopping.signal.aborted) {
      const signal = atSigterm === 'abort' ? stopping.signal : undefined
      await api.get('/tables/Physicians/records', { ...(signal && { signal }) }).catch(() => {})
    }
  }

  const calls = Array.from({ length: AT_ONCE }, callUntilStopped)
  process.once('SIGTERM', async () => {
    stopping.abort()
    await Promise.all(calls)
    await meter.close()
    process.exit()
  })
  process.send?.('ready')
})
