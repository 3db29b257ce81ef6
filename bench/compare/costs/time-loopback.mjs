import { createPairs, measureAdded } from './paired.mjs'
import { startAccount } from './start-account.mjs'

const TABLES = { url: '/tables' }

export const rows = [
  {
    id: 'added',
    name: 'Time added per request over HTTP on loopback',
    unit: 'µs',
    digits: 0,
    better: 'lower',
    why: 'The others give the token to whoever a request goes to. The plugin looks where it goes first, and at two clocks: one stands still while a machine sleeps, the other can be set back.',
  },
]

export async function measure(contestants, { quick }) {
  const account = await startAccount()
  // Who sends a header like theirs by hand. This account takes any.
  const headers = { Authorization: `Bearer ${'x'.repeat(340)}` }
  const pairs = await createPairs(contestants, account, (_, attach) => (attach ? {} : { headers }))
  const times = await measureAdded(
    pairs,
    { rounds: quick ? 300 : 5_000, warmUp: quick ? 50 : 3_000 },
    async (send) => {
      const started = process.hrtime.bigint()
      await send(TABLES)
      return Number(process.hrtime.bigint() - started)
    },
  )
  account.close()
  return {
    values: Object.fromEntries(contestants.map(({ id }) => [id, { added: times.get(id).added }])),
    bare: times.get('bare axios').total,
  }
}
