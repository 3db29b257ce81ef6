import { median } from '../../support/median.mjs'
import { createClient } from '../clients/index.mjs'

/**
 * The contestants' clients, each beside a bare one of its kind.
 *
 * @param optionsOf options of a client, by its kind and `attach`
 * @returns of each `id`, `send` and the index of the bare one, which are at the front
 */
export async function createPairs(contestants, account, optionsOf = () => ({})) {
  const kinds = [...new Set(contestants.map(({ kind }) => kind))]
  const entries = [...kinds.map((kind) => ({ id: `bare ${kind}`, kind })), ...contestants]
  const pairs = []
  for (const { id, kind, attach } of entries) {
    const client = await createClient({ kind, attach }, account, await optionsOf(kind, attach))
    pairs.push({ id, bare: kinds.indexOf(kind), send: client.request })
  }
  return pairs
}

/**
 * What each adds to its bare client: the median over the rounds of the difference within a round,
 * and how far that is from certain, from the medians of tenths of the rounds.
 * Every round has an order of its own: what one leaves behind shall not always hit the same one.
 *
 * @param time resolves to nanoseconds for one turn of `send`
 * @returns microseconds
 */
export async function measureAdded(pairs, { rounds, warmUp }, time) {
  const times = pairs.map(() => [])
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const index of shuffled(pairs.keys())) {
      const taken = await time(pairs[index].send)
      if (round >= warmUp) times[index].push(taken / 1_000)
    }
  }
  return new Map(
    pairs.map(({ id, bare }, index) => {
      const differences = times[index].map((taken, round) => taken - times[bare][round])
      const added = { value: median(differences), noise: noiseOf(tenthsOf(differences)) }
      return [id, { total: median(times[index]), added }]
    }),
  )
}

function tenthsOf(numbers) {
  return Array.from({ length: 10 }, (_, tenth) =>
    median(numbers.filter((_, index) => index % 10 === tenth)),
  )
}

/** How far from certain the middle of these is: two standard errors. */
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
