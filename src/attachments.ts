import { own } from './own.js'

/** The plugin's place on an instance, for one account. */
export interface Attachment {
  /** The same account attached again takes its place. */
  readonly key: string
  /** Where this account is at home. */
  readonly own: ReadonlySet<string>
  /** Called when another account came. */
  reset(): void
  detach(): void
}

/** Leaves of a detached one its home alone, and nothing of its secrets and tokens. */
export function forget(attachments: Set<Attachment>, { key, own }: Attachment): void {
  attachments.add({ key, own, reset() {}, detach() {} })
}

// On the instance itself and under Symbol.for: hot reload evaluates this module anew, and its ESM
// and CJS copies do not share a variable.
const ATTACHMENTS = Symbol.for('axios-caspio-auth.attachments')

/**
 * Everything of ours that is or was attached to an instance: a detached account's home stays out of
 * reach of the others, whose `baseURL` it may be.
 */
export function attachmentsOf(instance: object): Set<Attachment> {
  const holder = instance as { [ATTACHMENTS]?: Set<Attachment> }
  if (!Object.hasOwn(holder, ATTACHMENTS)) {
    Object.defineProperty(holder, ATTACHMENTS, own({ value: new Set() }))
  }
  return holder[ATTACHMENTS] as Set<Attachment>
}
