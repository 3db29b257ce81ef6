import { own } from './lib/own-properties.js'

/** The plugin's place on an instance, for one account. */
export interface Attachment {
  /** Where this account is at home. */
  readonly own: ReadonlySet<string>
  /** Called when another account came. */
  reset(): void
  detach(): void
}

// On the instance itself and under Symbol.for: hot reload evaluates this module anew, and its ESM
// and CJS copies do not share a variable.
const ATTACHMENTS = Symbol.for('axios-caspio-auth.attachments')

/**
 * Everything of ours that is or was attached to an instance, by account: a detached account's home
 * stays out of reach of the others, whose `baseURL` it may be.
 */
export function attachmentsOf(instance: object): Map<string, Attachment> {
  const holder = instance as { [ATTACHMENTS]?: Map<string, Attachment> }
  if (!Object.hasOwn(holder, ATTACHMENTS)) {
    Object.defineProperty(holder, ATTACHMENTS, own({ value: new Map() }))
  }
  return holder[ATTACHMENTS] as Map<string, Attachment>
}
