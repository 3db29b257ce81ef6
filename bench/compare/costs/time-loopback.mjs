import { median } from '../../support/median.mjs'
import { inChild } from '../support/in-child.mjs'
import { noiseOf } from './paired.mjs'

export const rows = [
  {
    id: 'added',
    name: 'Time added per request over HTTP on loopback',
    unit: 'µs',
    digits: 1,
    better: 'lower',
  },
]

/**
 * Each alone beside its bare client: users have one of them, too. What the layout of a process's
 * code and memory does to so short a time is as much as the time: several processes each, in turn.
 */
export async function measure(contestants, { quick }) {
  const pace = quick ? [200, 50] : [3_000, 5_000]
  const measured = new Map(contestants.map(({ id }) => [id, { added: [], bare: [] }]))
  for (let turn = 0; turn < (quick ? 2 : 10); turn++) {
    for (const { id, kind } of contestants) {
      const { added, bare } = await inChild('costs/loopback-process.mjs', [id, kind, ...pace])
      measured.get(id).added.push(added)
      measured.get(id).bare.push(bare)
    }
  }
  return {
    values: Object.fromEntries(
      [...measured].map(([id, { added }]) => [
        id,
        { added: { value: median(added), noise: noiseOf(added) } },
      ]),
    ),
    bare: median(measured.get('plugin')?.bare ?? [Number.NaN]),
  }
}
