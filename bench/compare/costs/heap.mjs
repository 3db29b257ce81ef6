import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startAccount } from './start-account.mjs'

export const rows = [
  {
    id: 'growth',
    name: 'Heap growth in 100,000 requests, with every 1,000th rejected',
    unit: 'MB',
    digits: 1,
    better: 'lower',
    // The runtime itself causes differences of this size.
    tolerance: 0.2,
  },
]

/** Measures each contestant in a separate process. */
export async function measure(contestants, { quick }) {
  const file = fileURLToPath(new URL('heap-process.mjs', import.meta.url))
  const values = {}
  for (const { id, kind } of contestants) {
    const account = await startAccount()
    const child = fork(file, [id, kind, quick ? 5_000 : 100_000], { execArgv: ['--expose-gc'] })
    child.send(account)
    const [{ growth }] = await once(child, 'message')
    values[id] = { growth: Math.max(0, growth / 1e6) }
    account.close()
  }
  return { values }
}
