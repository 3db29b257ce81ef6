import { fileURLToPath } from 'node:url'
import { bundle } from '../../support/bundle.mjs'

const CONTESTANTS = fileURLToPath(new URL('../contestants', import.meta.url))

export const rows = [
  {
    id: 'gzipped',
    name: "Size of the package and its user's code, minified and gzipped",
    unit: 'B',
    digits: 0,
    better: 'lower',
    why: 'A package that does less is smaller. None of the smaller ones behaves as well in the table above.',
  },
]

/** What the contestant's file adds to a browser bundle, not counting its HTTP client. */
export async function measure(contestants) {
  const values = {}
  for (const { id } of contestants) {
    const { gzipped } = await bundle(`export * from './${id}.mjs'`, CONTESTANTS)
    values[id] = { gzipped }
  }
  return { values }
}
