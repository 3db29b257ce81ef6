import { defineHidden } from './lib/own-properties.js'

/** The plugin on one instance, for one account. */
export interface Attachment {
  /** The origins of the account: another account's `baseURL` must not bring them into its scope. */
  readonly origins: ReadonlySet<string>
  detach(): void
}

// On the instance and with Symbol.for: hot reload evaluates this module again, and the ESM and the
// CommonJS copy of the package share no variable.
const ATTACHMENTS = Symbol.for('axios-caspio-auth.attachments')

/**
 * The attachments of an instance, by account. A detached account stays, with its origins: they must
 * not fall to another account.
 */
export function attachmentsOf(instance: object): Map<string, Attachment> {
  const holder = instance as { [ATTACHMENTS]?: Map<string, Attachment> }
  if (!Object.hasOwn(holder, ATTACHMENTS)) defineHidden(holder, ATTACHMENTS, new Map())
  return holder[ATTACHMENTS] as Map<string, Attachment>
}
