import axios from 'axios'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth, type CaspioTokenStore } from '../../src/index.js'
import { PHYSICIANS, startAccount, times } from '../support/account.js'
import { MemoryStore } from '../support/memory-store.js'
import { cases } from '../support/thorough.js'
import { watchUnhandled } from '../support/unhandled.js'

const BEHAVIOURS = ['well', 'well', 'well', 'throws', 'rejects', 'hangs', 'rubbish'] as const
type Behaviour = (typeof BEHAVIOURS)[number]

/** A store whose calls behave as `next` says. */
function unreliable(store: MemoryStore, next: () => Behaviour): CaspioTokenStore {
  const act = <T>(work: () => T): T => {
    const behaviour = next()
    if (behaviour === 'throws') throw new Error('unreliable')
    if (behaviour === 'rejects') return Promise.reject(new Error('unreliable')) as T
    if (behaviour === 'hangs') return new Promise(() => {}) as T
    if (behaviour === 'rubbish') return { rubbish: true } as T
    return work()
  }
  const { lock } = store
  return {
    get: (key) => act(() => store.get(key)),
    set: (key, value, ttl) => act(() => store.set(key, value, ttl)),
    delete: (key) => act(() => store.delete(key)),
    ...(lock && { lock: (key, ttl) => act(() => lock(key, ttl)) }),
  }
}

const step = fc.constantFrom('request', 'request', 'herd', 'revoke', 'renew', 'invalidate')

describe('a token store', () => {
  it('never makes a request fail or costs more token requests, whatever it does', async () => {
    const { unhandled, end } = watchUnhandled()
    const account = await startAccount({ maxRefreshTokens: 100_000 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...BEHAVIOURS), { maxLength: 40 }),
        fc.array(fc.tuple(fc.nat(2), step), { maxLength: 12 }),
        fc.boolean(),
        async (behaviours, steps, lock) => {
          account.log.clear()
          const left = [...behaviours]
          const store = unreliable(new MemoryStore({ lock }), () => left.shift() ?? 'well')
          const members = [0, 1, 2].map(() => {
            const api = axios.create({ baseURL: `${account.url}/rest/v2`, adapter: 'http' })
            const options = { tokenStore: store, tokenStoreTimeout: 5 }
            return { api, auth: attachCaspioAuth(api, account.credentials, options) }
          })
          let allowed = members.length
          for (const [index, action] of steps) {
            const { api, auth } = members[index] as (typeof members)[number]
            if (action === 'revoke') {
              account.revoke()
              allowed += members.length
            } else if (action === 'invalidate') {
              auth.invalidate()
              allowed++
            } else if (action === 'renew') {
              await auth.getAccessToken({ renew: true })
              allowed++
            } else {
              const answers = await times(action === 'herd' ? 10 : 1, () => api.get(PHYSICIANS))
              expect(answers.every(({ status }) => status === 200)).toBe(true)
            }
          }
          expect(account.log.token.length).toBeLessThanOrEqual(allowed)
        },
      ),
      { numRuns: cases(300) },
    )
    end()
    expect(unhandled).toEqual([])
  }, 60_000)
})
