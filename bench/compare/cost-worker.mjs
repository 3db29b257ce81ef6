import { CONTESTANTS } from './contestants/index.mjs'

/**
 * Measures one cost of all contestants in turn, and sends the values to the parent process.
 * Usage: node cost-worker.mjs <cost> <quick|full> <contestant,…>
 */
const [cost, pace, ids] = process.argv.slice(2)
const { measure } = await import(`./costs/${cost}.mjs`)
const contestants = await Promise.all(
  CONTESTANTS.filter(({ id }) => ids.split(',').includes(id)).map(async ({ id, kind }) => {
    const { attach } = await import(`./contestants/${id}.mjs`)
    return { id, kind, attach }
  }),
)
const measured = await measure(contestants, { quick: pace === 'quick' })
process.send(measured, () => process.exit())
