import { measureAdded } from '../../support/measure-added.mjs'
import { PHYSICIANS } from '../support/requests.mjs'
import { createPairs } from './paired.mjs'
import { startAccount } from './start-account.mjs'
import { createStub } from './stubs.mjs'

export const rows = [
  {
    id: 'added',
    name: 'Time added per request, with a stubbed adapter',
    unit: 'µs',
    digits: 1,
    better: 'lower',
    why: 'The others send the token to any URL. The plugin checks the URL first.',
  },
]

export async function measure(contestants, { quick }) {
  const account = await startAccount()
  const pairs = await createPairs(contestants, account, async (kind) => ({
    transport: await createStub(kind),
  }))
  const requests = quick ? 100 : 400
  const times = await measureAdded(
    pairs,
    { rounds: quick ? 30 : 250, warmUp: quick ? 10 : 25 },
    async (send) => {
      const started = process.hrtime.bigint()
      for (let sent = 0; sent < requests; sent++) await send(PHYSICIANS)
      return Number(process.hrtime.bigint() - started) / requests
    },
  )
  account.close()
  return {
    values: Object.fromEntries(contestants.map(({ id }) => [id, { added: times.get(id).added }])),
    baseline: times.get('baseline axios').total,
  }
}
