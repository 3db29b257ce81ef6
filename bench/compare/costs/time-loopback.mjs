import { noiseOf } from '../../support/measure-added.mjs'
import { median } from '../../support/median.mjs'
import { inChild } from '../support/in-child.mjs'

export const rows = [
  {
    id: 'added',
    name: 'Time added per request, over HTTP on loopback',
    unit: 'µs',
    digits: 1,
    better: 'lower',
    why: 'The plugin decides where each request goes, guards its redirects and judges its answer. This is a small part of the time that a request takes.',
  },
]

/**
 * Measures each contestant alone with its baseline, because users use only one of them. The layout of
 * code and memory in a process influences such short times, so several processes measure each one.
 */
export async function measure(contestants, { quick }) {
  const pace = quick ? [200, 50] : [3_000, 5_000]
  const measured = new Map(contestants.map(({ id }) => [id, { added: [], baseline: [] }]))
  for (let turn = 0; turn < (quick ? 2 : 10); turn++) {
    for (const { id, kind } of contestants) {
      const { added, baseline } = await inChild('costs/loopback-process.mjs', [id, kind, ...pace])
      measured.get(id).added.push(added)
      measured.get(id).baseline.push(baseline)
    }
  }
  return {
    values: Object.fromEntries(
      [...measured].map(([id, { added }]) => [
        id,
        { added: { value: median(added), noise: noiseOf(added) } },
      ]),
    ),
    baseline: median(measured.get('plugin')?.baseline ?? [Number.NaN]),
  }
}
