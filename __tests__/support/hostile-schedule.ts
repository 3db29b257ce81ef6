import type { Fault } from './hostile-faults.js'

/** Which part of the account a request goes to. */
export type Kind = 'token' | 'resource'

/** The fault of the `n`-th request of its kind, from 1, or undefined for none. */
export type Schedule = (kind: Kind, n: number) => Fault | undefined

export const calm: Schedule = () => undefined

/** For the second token request: `{ token: { 2: 'not HTTP' } }`. */
export function planned(plan: Partial<Record<Kind, Record<number, Fault>>>): Schedule {
  return (kind, n) => plan[kind]?.[n]
}

/**
 * A random schedule that depends only on the seed.
 *
 * @param faults the possible faults of each kind of request
 * @param share the share of requests with a fault, from 0 to 1
 */
export function seeded(
  seed: number,
  faults: Record<Kind, readonly Fault[]>,
  share: number,
): Schedule {
  return (kind, n) => {
    const random = randomOf(seed, 2 * n + (kind === 'token' ? 1 : 0))
    return random() < share ? pick(faults[kind], random) : undefined
  }
}

/** The `n`-th generator of a seed. It does not depend on what other generators return. */
export function randomOf(seed: number, n: number): () => number {
  return mulberry32(seed ^ Math.imul(n, 0x9e3779b1))
}

/** Generates the same numbers from 0 to 1 for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T
}

/** `FAULT_SEED`, or a random seed. */
export function chooseSeed(): number {
  const { FAULT_SEED } = process.env
  return FAULT_SEED === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(FAULT_SEED) >>> 0
}
