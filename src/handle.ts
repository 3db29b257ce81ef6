import type { Account } from './account.js'
import { CaspioAuthError, isFailure } from './contract/errors.js'
import type { CaspioAuth } from './contract/types.js'
import { CanceledError } from './lib/axios.js'
import { own } from './lib/own-properties.js'
import { wait } from './request/waiting.js'
import { readToken } from './token/source.js'
import type { Transport } from './token/transport.js'

// Under Symbol.for, so that a handle of the ESM copy can be attached by the CJS copy.
const ACCOUNT = Symbol.for('axios-caspio-auth.account')

/** The object that users hold. `via` is how its own token requests go out. */
export function createHandle(account: Account, via: Transport, detach: () => void): CaspioAuth {
  const { source } = account
  const handle: CaspioAuth = {
    async getAccessToken(request = {}) {
      const { signal, renew } = own(request)
      if (signal?.aborted) throw new CanceledError()
      try {
        const token = renew ? source.renew(via) : source.acquire(via)
        return readToken(await wait(Promise.resolve(token), signal ? { signal } : {}))
      } catch (error) {
        throw isFailure(error) ? new CaspioAuthError(error) : error
      }
    },
    invalidate: source.invalidate,
    detach,
  }
  return Object.defineProperty(handle, ACCOUNT, own({ value: account }))
}

/** The account behind a handle; undefined if `value` is none. */
export function accountOf(value: unknown): Account | undefined {
  return Object(value)[ACCOUNT]
}
