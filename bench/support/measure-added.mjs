import { median } from './median.mjs'

/**
 * Measures the time that each client adds to a request of its baseline: the median difference within
 * a round. The noise comes from the medians of ten subsets of the rounds. Each round has a random
 * order, so that no client always runs after the same other one.
 *
 * @param clients for each client its `id`, `send` and the index of its baseline, which may be itself
 * @param requests how often a client sends in each round
 * @returns microseconds, by id
 */
export async function measureAdded(clients, { rounds, warmUp, requests }) {
  const times = clients.map(() => [])
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const index of shuffled(clients.keys())) {
      const taken = await timeOf(clients[index].send, requests)
      if (round >= warmUp) times[index].push(taken)
    }
  }
  return new Map(
    clients.map(({ id, baseline }, index) => {
      const differences = times[index].map((taken, round) => taken - times[baseline][round])
      const added = { value: median(differences), noise: noiseOf(tenthsOf(differences)) }
      return [id, { total: median(times[index]), added }]
    }),
  )
}

/** Microseconds for each request. */
async function timeOf(send, requests) {
  const started = process.hrtime.bigint()
  for (let sent = 0; sent < requests; sent++) await send()
  return Number(process.hrtime.bigint() - started) / requests / 1_000
}

function tenthsOf(numbers) {
  return Array.from({ length: 10 }, (_, tenth) =>
    median(numbers.filter((_, index) => index % 10 === tenth)),
  )
}

/** Two standard errors of the mean. */
export function noiseOf(numbers) {
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length
  const squares = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return 2 * Math.sqrt(squares / (numbers.length - 1) / numbers.length)
}

function shuffled(items) {
  return Array.from(items, (item) => [Math.random(), item])
    .sort(([one], [other]) => one - other)
    .map(([, item]) => item)
}
