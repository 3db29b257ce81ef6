import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { createWorld } from './support/world.mjs'

/**
 * Measures one behaviour of one contestant several times, and sends the values to the parent process.
 * Usage: node behaviour-worker.mjs <behaviour> <contestant> <kind> <times>
 */
const [behaviour, id, kind, times] = process.argv.slice(2)
const { measure } = await import(`./behaviours/${behaviour}.mjs`)
const { attach } = await import(`./contestants/${id}.mjs`)

const runs = []
for (let run = 0; run < Number(times); run++) {
  const world = createWorld({ kind, attach }, startCaspioAccount)
  try {
    runs.push(await measure(world))
  } finally {
    await world.close()
  }
}
process.send(runs, () => process.exit())
