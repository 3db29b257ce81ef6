import { afterEach, beforeEach, expect } from 'vitest'
import { leaksIn } from './secrets.js'
import { findSecretsInTraffic } from './wire-secrets.js'

// Anything shorter may also be a word in a message.
const MIN_LENGTH = 8

// Some tests cause a hundred thousand equal errors: the first few hundred are enough.
const MAX_WITNESSED = 500

const secrets = new Set<string>()
const bearers = new Set<string>()
const witnessed = new Set<unknown>()

/** Adds a secret that no server of the test receives. */
export function watchSecret(secret: string): void {
  if (secret.length >= MIN_LENGTH) secrets.add(secret)
}

/** The secrets and access tokens that the running test has sent or received so far. */
export function secretsSeen(): { secrets: string[]; bearers: string[] } {
  return { secrets: [...secrets], bearers: [...bearers] }
}

/**
 * Registers a value that a test obtained. After the test, no secret may be reachable from it.
 * `rejectionOf` registers errors, and everything printed is registered, too.
 */
export function witness<T>(value: T): T {
  if (witnessed.size < MAX_WITNESSED) witnessed.add(value)
  return value
}

/**
 * Checks after every test that the registered values contain no client secret (in any encoding) and
 * no refresh token, and that their JSON contains no access token.
 */
export function checkEveryTest(): void {
  watchOnce()
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

let isWatching = false

/** Watches the traffic and the output. Test files can share a process. */
function watchOnce(): void {
  if (isWatching) return
  isWatching = true
  findSecretsInTraffic({ secret: watchSecret, accessToken: (token) => bearers.add(token) })
  for (const method of ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const) {
    const print = console[method]
    console[method] = (...args: unknown[]) => {
      args.forEach(witness)
      print(...args)
    }
  }
  process.on('warning', witness)
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
