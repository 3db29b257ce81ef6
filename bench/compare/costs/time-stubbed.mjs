import { measureAdded } from '../../support/measure-added.mjs'
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
  const pace = quick
    ? { rounds: 30, warmUp: 10, requests: 100 }
    : { rounds: 250, warmUp: 25, requests: 400 }
  const times = await measureAdded(pairs, pace)
  account.close()
  return {
    values: Object.fromEntries(contestants.map(({ id }) => [id, { added: times.get(id).added }])),
    baseline: times.get('baseline axios').total,
  }
}
