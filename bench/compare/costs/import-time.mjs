import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { median } from '../../support/median.mjs'

export const rows = [
  {
    id: 'time',
    name: 'Import time, with the HTTP client already loaded',
    unit: 'ms',
    digits: 1,
    better: 'lower',
    tolerance: 0.3,
    why: 'A smaller package loads faster. A process imports it only once.',
  },
]

/** The median over fresh processes, with the contestants in turn. */
export async function measure(contestants, { quick }) {
  const file = fileURLToPath(new URL('import-process.mjs', import.meta.url))
  const times = new Map(contestants.map(({ id }) => [id, []]))
  for (let round = 0; round < (quick ? 3 : 15); round++) {
    for (const { id, kind } of contestants) {
      const child = fork(file, [id, kind], { execArgv: ['--expose-gc'] })
      const [taken] = await once(child, 'message')
      times.get(id).push(taken)
    }
  }
  return {
    values: Object.fromEntries([...times].map(([id, taken]) => [id, { time: median(taken) }])),
  }
}
