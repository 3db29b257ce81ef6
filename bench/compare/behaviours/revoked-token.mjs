import { countBilled, countFailuresOfBurst, excluded, sendFirst } from '../support/requests.mjs'

const BURST = 200

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Revoked token, 200 requests at once: token requests',
    better: 'lower',
  },
  { id: 'failed', name: 'Revoked token, 200 requests at once: failed requests', better: 'lower' },
  {
    id: 'calls',
    name: 'Revoked token, 200 requests at once: calls billed for each successful request',
    better: 'lower',
  },
]

export async function measure({ open }) {
  const stage = await open()
  const { account, client } = stage
  await sendFirst(client)
  account.revoke()
  account.log.clear()
  // Every 401 arrives while the renewal is under way. For later ones see late-401s.mjs.
  const failed = await countFailuresOfBurst(stage, BURST)
  const served = BURST - failed
  const tokenRequests = account.log.token.length
  const calls = countBilled(account)
  if (served === 0) return { tokenRequests: excluded(tokenRequests), failed, calls: undefined }
  return { tokenRequests, failed, calls: Math.round((10 * calls) / served) / 10 }
}
