import { billed, countLostOfHerd } from '../support/requests.mjs'

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Cold start, 200 requests at once: token requests',
    better: 'lower',
  },
  { id: 'lost', name: 'Cold start, 200 requests at once: requests lost', better: 'lower' },
  { id: 'calls', name: 'Cold start, 200 requests at once: calls billed', better: 'lower' },
]

export async function measure({ open }) {
  const stage = await open()
  const lost = await countLostOfHerd(stage, 200)
  return { tokenRequests: stage.account.log.token.length, lost, calls: billed(stage.account) }
}
