// An AWS Lambda handler whose cold starts share one token. This program runs five cold starts: it
// loads handler.mjs five times. Set REDIS_URL to use your Redis; the program removes what it stored. If
// no CASPIO_* variable is set, it starts a stand-in account.
// Run: node examples/lambda/run.mjs
import { randomUUID } from 'node:crypto'
import { startStandInIfNeeded } from '../support/stand-in.mjs'

const account = await startStandInIfNeeded()
process.env.REDIS_PREFIX ??= `axios-caspio-auth-example:${randomUUID()}:`
const { redis } = await import('./token-store.mjs')

const starts = [1, 2, 3, 4, 5]
if (redis) {
  // All at once. One of them gets the lock, and the others wait for its token.
  await Promise.all(starts.map(coldStart))
} else {
  console.log(
    'REDIS_URL is not set: running one start after the other, with a store in this process',
  )
  for (const number of starts) await coldStart(number)
}
if (account) console.log(`token requests: ${account.log.token.length}`)

if (redis) {
  const keys = await redis.keys(`${process.env.REDIS_PREFIX}*`)
  if (keys.length > 0) await redis.del(keys)
  redis.disconnect()
}
await account?.close()

async function coldStart(number) {
  const { handler } = await import(`./handler.mjs?start=${number}`)
  const cold = await handler()
  const warm = await handler()
  console.log(`start ${number}: ${cold.statusCode} cold, ${warm.statusCode} warm`)
}
