import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { countFailures, sendBurst, sendFirst } from '../support/requests.mjs'

const CONNECTIONS = 5
const BURST = 100
// Longer than the plugin gives a token request.
const BUSY_FOR_MS = 11_000

export const rows = [
  {
    id: 'failed',
    name: `Revoked token, ${BURST} requests through ${CONNECTIONS} connections, which are busy for 11 s: failed requests`,
    better: 'lower',
  },
]

export async function measure({ kind, open }) {
  // Only axios takes an agent.
  if (kind !== 'axios') return { failed: undefined }
  const httpAgent = new Agent({ maxSockets: CONNECTIONS, keepAlive: true })
  const { account, client, traffic } = await open({ httpAgent })
  await sendFirst(client)
  account.revoke()
  traffic.hold('api')
  const failures = countFailures(sendBurst(client, BURST))
  await traffic.quiet()
  // The first 401. All other connections stay busy until the client has a new token, or for 11 s.
  traffic.releaseOne('api')
  await Promise.race([traffic.tokenRequest(), sleep(BUSY_FOR_MS)])
  traffic.release('api')
  const failed = await failures
  httpAgent.destroy()
  return { failed }
}
