import { countBilled, countFailuresOfBurst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Cold start, 200 requests at once: token requests',
    better: 'lower',
  },
  { id: 'failed', name: 'Cold start, 200 requests at once: failed requests', better: 'lower' },
  { id: 'calls', name: 'Cold start, 200 requests at once: calls billed', better: 'lower' },
]

export async function measure({ open }) {
  const stage = await open()
  const failed = await countFailuresOfBurst(stage, 200)
  return {
    tokenRequests: stage.account.log.token.length,
    failed,
    calls: countBilled(stage.account),
  }
}
