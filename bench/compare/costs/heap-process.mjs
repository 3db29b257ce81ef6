import { once } from 'node:events'
import { quietHeap } from '../../support/quiet-heap.mjs'
import { createClient } from '../clients/index.mjs'
import { PHYSICIANS } from '../support/requests.mjs'
import { createStub } from './stubs.mjs'

const REJECT_EVERY = 1_000

const [id, kind, total] = process.argv.slice(2)
const [account] = await once(process, 'message')
const { attach } = await import(`../contestants/${id}.mjs`)
const transport = await createStub(kind, REJECT_EVERY)
const client = await createClient({ kind, attach }, account, { transport })

// The first half compiles the code and fills the caches.
await send(Number(total))
const before = await quietHeap()
await send(Number(total))
process.send({ growth: (await quietHeap()) - before }, () => process.exit())

async function send(count) {
  // Some contestants do not recover from a rejected token.
  for (let sent = 0; sent < count; sent++) await client.request(PHYSICIANS).catch(() => {})
}
