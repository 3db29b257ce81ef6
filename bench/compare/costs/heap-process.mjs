import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { createClient } from '../clients/index.mjs'
import { PHYSICIANS } from '../support/requests.mjs'
import { createStub } from './stubs.mjs'

const REJECT_EVERY = 1_000

const [id, kind, total] = process.argv.slice(2)
const [account] = await once(process, 'message')
const { attach } = await import(`../contestants/${id}.mjs`)
const transport = await createStub(kind, REJECT_EVERY)
const client = await createClient({ kind, attach }, account, { transport })

// By then all is compiled, and caches are filled.
await send(Number(total))
const before = await quietHeap()
await send(Number(total))
process.send({ growth: (await quietHeap()) - before }, () => process.exit())

async function send(count) {
  // Some do not recover from a rejected token.
  for (let sent = 0; sent < count; sent++) await client.request(PHYSICIANS).catch(() => {})
}

/** Bytes in use once collecting does not make them fewer. */
async function quietHeap() {
  let least = Number.POSITIVE_INFINITY
  for (let idle = 0; idle < 5; ) {
    for (let turns = 0; turns < 5; turns++) await turn()
    globalThis.gc()
    const used = process.memoryUsage().heapUsed
    idle = used < least - 5_000 ? 0 : idle + 1
    least = Math.min(least, used)
  }
  return least
}
