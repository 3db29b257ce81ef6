import { billed, countLostOfHerd, outOfRace, warm } from '../support/requests.mjs'

const HERD = 200

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Revoked token, 200 requests at once: token requests',
    better: 'lower',
  },
  { id: 'lost', name: 'Revoked token, 200 requests at once: requests lost', better: 'lower' },
  {
    id: 'calls',
    name: 'Revoked token, 200 requests at once: calls billed per request served',
    better: 'lower',
  },
]

export async function measure({ open }) {
  const stage = await open()
  const { account, client } = stage
  await warm(client)
  account.revoke()
  account.log.clear()
  // Every 401 comes in while the renewal is under way; for later ones see the stragglers.
  const lost = await countLostOfHerd(stage, HERD)
  const served = HERD - lost
  const tokenRequests = account.log.token.length
  const calls = billed(account)
  if (served === 0) return { tokenRequests: outOfRace(tokenRequests), lost, calls: undefined }
  return { tokenRequests, lost, calls: Math.round((10 * calls) / served) / 10 }
}
