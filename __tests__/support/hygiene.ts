import { afterEach, beforeEach, expect } from 'vitest'
import { leaksIn } from './secrets.js'
import { learnFromTheWire } from './wire-secrets.js'

// Anything shorter is a word of some message, too.
const MIN_LENGTH = 8

// Of a hundred thousand errors of one kind the first few hundred will do.
const MAX_WITNESSED = 500

const secrets = new Set<string>()
const bearers = new Set<string>()
const witnessed = new Set<unknown>()

/** Names a secret that no server of the test will hear. */
export function watchSecret(secret: string): void {
  if (secret.length >= MIN_LENGTH) secrets.add(secret)
}

/** What the running test's wire has told so far. */
export function secretsSeen(): { secrets: string[]; bearers: string[] } {
  return { secrets: [...secrets], bearers: [...bearers] }
}

/**
 * Hands over what came out of a test: after it, nothing that can be reached from there may be a
 * secret. `rejectionOf` does so by itself, and whatever is printed comes here as well.
 */
export function witness<T>(value: T): T {
  if (witnessed.size < MAX_WITNESSED) witnessed.add(value)
  return value
}

/**
 * The check of every test: no client secret, nor a form of it, nor a refresh token in what came
 * out of it; and no access token in what is printed of it.
 */
export function checkEveryTest(): void {
  learnFromTheWire({ secret: watchSecret, bearer: (token) => bearers.add(token) })
  for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
    const print = console[method]
    console[method] = (...args: unknown[]) => {
      args.forEach(witness)
      print(...args)
    }
  }
  process.on('warning', witness)

  beforeEach(() => {
    for (const known of [secrets, bearers, witnessed]) known.clear()
  })

  afterEach(() => {
    expect(leaksIn([...witnessed], secrets)).toEqual([])
    const json = [...witnessed].map(jsonOf)
    expect(
      leaksIn(
        json,
        [...bearers].filter(({ length }) => length >= MIN_LENGTH),
      ),
    ).toEqual([])
  })
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
