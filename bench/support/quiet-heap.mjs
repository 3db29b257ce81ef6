import { setImmediate as turn } from 'node:timers/promises'

/** Collects garbage until the heap no longer shrinks, and returns its size. Needs --expose-gc. */
export async function quietHeap() {
  let least = Number.POSITIVE_INFINITY
  for (let rounds = 0, idle = 0; rounds < 50 && idle < 5; rounds++) {
    // Closing sockets and settling promises takes a few turns of the event loop.
    for (let turns = 0; turns < 5; turns++) await turn()
    globalThis.gc()
    const used = process.memoryUsage().heapUsed
    idle = used < least - 5_000 ? 0 : idle + 1
    least = Math.min(least, used)
  }
  return least
}
