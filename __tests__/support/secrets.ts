import { Agent } from 'node:http'
import { Socket } from 'node:net'
import { inspect } from 'node:util'
import { expect } from 'vitest'

/** Secrets with characters that encodings and patterns treat specially. */
export const TROUBLESOME_SECRETS = [
  '5e1f0c',
  'S3cr/t+of "Örsted" & son: 100 %',
  'back\\slash',
  'dollars $& and $1',
  'quote"s',
  '(.*)[a-z]+',
  'naïve 密码 😀',
]

/** A secret in all encodings in which it may appear. */
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

// The list of a timer leads to every object with a timer, including the servers. The other properties
// are deprecated, and reading them prints a warning.
const UNREADABLE = /^_(idleNext|idlePrev|headers|headerNames)$/

/** Every string that can be reached from `value`, also through hidden properties and getters. */
function textsWithin(value: unknown): string[] {
  const texts: string[] = []
  const visited = new Set<unknown>()
  const rest = [value]
  while (rest.length > 0) {
    const next = rest.pop()
    if (typeof next === 'string') texts.push(next)
    if (Object(next) !== next || visited.has(next)) continue
    visited.add(next)
    // These lead to everything that is sent on them. Their printed form is still checked.
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
        // A getter that throws.
      }
    }
  }
  return texts
}

/** The value as people print it. */
function printed(value: unknown): string[] {
  const prints = [String, JSON.stringify, inspect, (it: unknown) => Object(it).stack]
  return prints.flatMap((print) => {
    try {
      return print(value) ?? []
    } catch {
      // Circular, or without a prototype: it cannot be printed in this way.
      return []
    }
  })
}

/** Which secrets appear in `values`, in any encoding. Names them by number, not by value. */
export function leaksIn(values: unknown[], secrets: Iterable<string>): string[] {
  const text = [...textsWithin(values), ...values.flatMap(printed)].join('\n')
  return [...secrets].flatMap((secret, number) =>
    formsOf(secret).flatMap((form, kind) => {
      const at = text.indexOf(form)
      return at < 0 ? [] : [`secret ${number}, form ${kind}, after ${keyBefore(text, at, secrets)}`]
    }),
  )
}

// The text before a secret, without any secret.
function keyBefore(text: string, at: number, secrets: Iterable<string>): string {
  let before = text.slice(Math.max(0, at - 60), at)
  for (const form of [...secrets].flatMap(formsOf)) before = before.replaceAll(form, '…')
  return JSON.stringify(before)
}

/**
 * Fails if a secret, in any encoding or as HTTP Basic, can be reached from `value` or appears when it
 * is printed. The failure names the encoding, never the secret.
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
