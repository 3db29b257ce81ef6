import type { Fault } from './hostile-faults.js'

/** Which part of the account a request goes to. */
export type Kind = 'token' | 'resource'

/** What the `n`-th request of its kind meets, counted from 1; undefined for a right answer. */
export type Schedule = (kind: Kind, n: number) => Fault | undefined

export const calm: Schedule = () => undefined

/** "The n-th token request gets X": `{ token: { 2: 'no HTTP' } }`. */
export function planned(plan: Partial<Record<Kind, Record<number, Fault>>>): Schedule {
  return (kind, n) => plan[kind]?.[n]
}

/**
 * A schedule of chance that depends on nothing but the seed.
 *
 * @param faults what may happen to requests of each kind
 * @param share which share of the requests meets a fault, 0 to 1
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

/** The `n`-th generator of a seed: what it gives depends on nobody else's draws. */
export function randomOf(seed: number, n: number): () => number {
  return mulberry32(seed ^ Math.imul(n, 0x9e3779b1))
}

/** A generator of numbers from 0 to 1, the same ones for the same seed. */
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

/** `FAULT_SEED`, or one of chance. */
export function chooseSeed(): number {
  const { FAULT_SEED } = process.env
  return FAULT_SEED === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(FAULT_SEED) >>> 0
}
