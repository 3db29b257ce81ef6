import { fileURLToPath } from 'node:url'
import { bundle } from '../../support/bundle.mjs'

const CONTESTANTS = fileURLToPath(new URL('../contestants', import.meta.url))

export const rows = [
  {
    id: 'gzipped',
    name: 'Bytes shipped, minified and gzipped, with what its user writes',
    unit: 'B',
    digits: 0,
    better: 'lower',
    why: 'What does less is smaller: none of the smaller ones does what the rows on behaviour tell.',
  },
]

/** What the contestant's file adds to a browser bundle, its HTTP client not counted. */
export async function measure(contestants) {
  const values = {}
  for (const { id } of contestants) {
    const { gzipped } = await bundle(`export * from './${id}.mjs'`, CONTESTANTS)
    values[id] = { gzipped }
  }
  return { values }
}
