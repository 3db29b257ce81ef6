import { inspect } from 'node:util'
import { expect } from 'vitest'

/** All the ways in which people print a value. */
function printed(value: unknown): string[] {
  const texts = [inspect(value, { depth: Infinity, showHidden: true })]
  for (const print of [String, JSON.stringify]) {
    try {
      texts.push(print(value) ?? '')
    } catch {
      // Circular, or without a prototype: nobody prints it that way.
    }
  }
  for (let error = value; error instanceof Error; error = error.cause) {
    texts.push(error.message, error.stack ?? '')
  }
  return texts
}

/**
 * Fails if a secret, its Basic form or another encoding of it shows in any of the printed forms of
 * `value`. The failure names the form, never the secret.
 */
export function expectNoSecrets(
  value: unknown,
  { clientID, clientSecret }: { clientID: string; clientSecret: string },
  ...others: string[]
): void {
  const basic = Buffer.from(
    `${encodeURIComponent(clientID)}:${encodeURIComponent(clientSecret)}`,
  ).toString('base64')
  const secrets = [clientSecret, ...others].flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64'),
  ])
  const leaks = printed(value).flatMap((text, form) =>
    [basic, ...secrets].flatMap((secret, index) =>
      text.includes(secret) ? [`secret ${index} in printed form ${form}`] : [],
    ),
  )
  expect(leaks).toEqual([])
}
