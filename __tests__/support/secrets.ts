import { Agent } from 'node:http'
import { Socket } from 'node:net'
import { inspect } from 'node:util'
import { expect } from 'vitest'

/** All the forms in which a secret travels. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    json,
    JSON.stringify(json).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('base64url'),
    Buffer.from(secret).toString('hex'),
  ]
}

// Through a timer's list every object with a timer can be reached, the servers' own included; the
// others are deprecated, and reading them prints a warning.
const UNREADABLE = /^_(idleNext|idlePrev|headers|headerNames)$/

/** Every text that can be reached from `value`: by any property, hidden ones and getters included. */
function textsWithin(value: unknown): string[] {
  const texts: string[] = []
  const visited = new Set<unknown>()
  const rest = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === 'string') texts.push(next)
    if (Object(next) !== next || visited.has(next)) continue
    visited.add(next)
    // Node's: a way to all that is under way on them. What is printed of them counts all the same.
    if (next instanceof Agent || next instanceof Socket) continue
    if (next instanceof Uint8Array) {
      texts.push(Buffer.from(next).toString(), Buffer.from(next).toString('latin1'))
      continue
    }
    if (next instanceof Map || next instanceof Set) rest.push(...[...next.entries()].flat())
    for (const key of Reflect.ownKeys(next as object)) {
      if (UNREADABLE.test(String(key))) continue
      rest.push(key)
      try {
        rest.push(Reflect.get(next as object, key))
      } catch {
        // A getter that nobody can read.
      }
    }
  }
  return texts
}

/** The ways in which people print a value. */
function printed(value: unknown): string[] {
  const prints = [String, JSON.stringify, inspect, (it: unknown) => Object(it).stack]
  return prints.flatMap((print) => {
    try {
      return print(value) ?? []
    } catch {
      // Circular, or without a prototype: nobody prints it that way.
      return []
    }
  })
}

/** Which of the secrets show in `values`, in whatever form: by number, never in clear. */
export function leaksIn(values: unknown[], secrets: Iterable<string>): string[] {
  const text = [...textsWithin(values), ...values.flatMap(printed)].join('\n')
  return [...secrets].flatMap((secret, number) =>
    formsOf(secret).flatMap((form, kind) => {
      const at = text.indexOf(form)
      return at < 0 ? [] : [`secret ${number}, form ${kind}, after ${keyBefore(text, at, secrets)}`]
    }),
  )
}

// Where to look, without what was found.
function keyBefore(text: string, at: number, secrets: Iterable<string>): string {
  let before = text.slice(Math.max(0, at - 60), at)
  for (const form of [...secrets].flatMap(formsOf)) before = before.replaceAll(form, '…')
  return JSON.stringify(before)
}

/**
 * Fails if a secret, its Basic form or another encoding of it can be reached from `value` or shows
 * in any of its printed forms. The failure names the form, never the secret.
 */
export function expectNoSecrets(
  value: unknown,
  { clientID, clientSecret }: { clientID: string; clientSecret: string },
  ...others: string[]
): void {
  const pair = [clientID, clientSecret].map(encodeURIComponent).join(':')
  const basic = Buffer.from(pair).toString('base64')
  expect(leaksIn([value], [clientSecret, basic, ...others])).toEqual([])
}
