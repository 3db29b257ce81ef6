import type { Account } from './account.js'
import type { CaspioAuth } from './contract/types.js'
import { axios } from './lib/axios.js'
import { defineHidden, withoutPrototype } from './lib/own-properties.js'
import { waitForToken } from './request/waiting.js'
import { toAccessToken } from './token/life.js'
import type { Transport } from './token/transport.js'

// Symbol.for, so that a handle of the ESM copy of the package can be attached by the CommonJS copy.
const ACCOUNT = Symbol.for('axios-caspio-auth.account')

/**
 * The object that users hold.
 *
 * @param transport how its own token requests travel
 */
export function createHandle(
  account: Account,
  transport: Transport,
  detach: () => void,
): CaspioAuth {
  const { source } = account
  const handle: CaspioAuth = {
    async getAccessToken(request = {}) {
      const { signal, renew } = withoutPrototype(request)
      if (signal?.aborted) throw new axios.CanceledError()
      const token = renew ? source.renew(transport) : source.acquire(transport)
      const limits = withoutPrototype({ signal })
      return toAccessToken(await waitForToken(Promise.resolve(token), undefined, limits))
    },
    invalidate: () => source.invalidate(),
    detach,
  }
  defineHidden(handle, ACCOUNT, account)
  return handle
}

/** The account behind a handle; undefined if `value` is not a handle. */
export function accountOf(value: unknown): Account | undefined {
  return Object(value)[ACCOUNT]
}
