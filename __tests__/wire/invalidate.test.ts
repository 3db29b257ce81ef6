import { describe, expect, it, vi } from 'vitest'
import { createCaspioAuth } from '../../src/index.js'
import { rejectionOf, startAccount } from '../support/account.js'
import { startHeldBench } from '../support/held-bench.js'
import { MemoryStore } from '../support/memory-store.js'

describe('invalidate()', () => {
  it('called twice does not take the token back from a store that is slow to delete', async () => {
    const account = await startAccount()
    const tokenStore = new MemoryStore()
    const auth = createCaspioAuth(account.credentials, { tokenStore })
    const { access_token: first } = await auth.getAccessToken()
    await vi.waitUntil(() => tokenStore.token !== undefined)
    tokenStore.delete = async () => {}
    auth.invalidate()
    auth.invalidate()
    expect((await auth.getAccessToken()).access_token).not.toBe(first)
    expect(account.log.token).toHaveLength(2)
  })

  it('during a token request lets the next caller wait for another one', async () => {
    const { account, auth, hold, release, tokenRequests } = await startHeldBench()
    hold()
    const early = auth.getAccessToken()
    await tokenRequests(1)
    auth.invalidate()
    const late = [auth.getAccessToken(), auth.getAccessToken()] as const
    release()
    const [first, second, third] = await Promise.all([early, ...late])
    expect(second.access_token).not.toBe(first.access_token)
    expect(third.access_token).toBe(second.access_token)
    expect((await auth.getAccessToken()).access_token).toBe(second.access_token)
    expect(account.log.token).toHaveLength(2)
  })

  it('during a token request that fails lets the next caller request another token', async () => {
    const { account, auth, hold, release, tokenRequests } = await startHeldBench({ retries: 0 })
    account.tokenEndpoint.fail({ status: 401, times: 1 })
    hold()
    const early = rejectionOf(auth.getAccessToken())
    await tokenRequests(1)
    auth.invalidate()
    release()
    expect((await early).code).toBe('ERR_CASPIO_CREDENTIALS')
    expect((await auth.getAccessToken()).token_type).toBe('bearer')
    expect(account.log.token).toHaveLength(2)
  })

  it.each([
    [401, 'ERR_CASPIO_CREDENTIALS'],
    [429, 'ERR_CASPIO_TOKEN_ENDPOINT'],
    [503, 'ERR_CASPIO_TOKEN_ENDPOINT'],
  ])(
    'during a token request that is answered %i spares the next caller its failure',
    async (status, code) => {
      const { account, auth, hold, release, tokenRequests } = await startHeldBench({ retries: 0 })
      account.tokenEndpoint.fail({ status, times: 1 })
      hold()
      const early = rejectionOf(auth.getAccessToken())
      await tokenRequests(1)
      auth.invalidate()
      const late = auth.getAccessToken()
      release()
      expect((await early).code).toBe(code)
      const { nextAttemptAt } = await early
      // There is no cooldown after invalidate().
      expect(Number(nextAttemptAt)).toBeLessThanOrEqual(Date.now())
      expect((await late).token_type).toBe('bearer')
      expect(account.log.token).toHaveLength(2)
    },
  )

  describe('with a token store', () => {
    /** A store whose method `slow` waits for `finish()` before it has an effect. */
    function slowStore(slow: 'set' | 'delete') {
      const store = new MemoryStore()
      let finish = () => {}
      const isReady = new Promise<void>((resolve) => {
        finish = resolve
      })
      const original = store[slow].bind(store) as (...call: unknown[]) => Promise<void>
      store[slow] = async (...call: unknown[]) => {
        await isReady
        return original(...call)
      }
      return { store, finish }
    }

    it('is obeyed by a process that has no token, though the store is slow to delete', async () => {
      const account = await startAccount()
      const { store, finish } = slowStore('delete')
      const first = await createCaspioAuth(account.credentials, {
        tokenStore: store,
      }).getAccessToken()
      await vi.waitUntil(() => store.token !== undefined)
      const auth = createCaspioAuth(account.credentials, { tokenStore: store })
      auth.invalidate()
      const second = auth.getAccessToken()
      finish()
      expect((await second).access_token).not.toBe(first.access_token)
    })

    it('forgets a token that the store is slow to write', async () => {
      const account = await startAccount()
      const { store, finish } = slowStore('set')
      const auth = createCaspioAuth(account.credentials, { tokenStore: store })
      await auth.getAccessToken()
      auth.invalidate()
      finish()
      await vi.waitUntil(() => store.calls.includes('delete'))
      expect(store.token).toBeUndefined()
    })

    it.each([false, true])(
      'keeps the token of a token request that is under way out of it (lock: %s)',
      async (lock) => {
        const tokenStore = new MemoryStore({ lock })
        const { auth, hold, release, tokenRequests } = await startHeldBench({ tokenStore })
        hold()
        const early = auth.getAccessToken()
        await tokenRequests(1)
        auth.invalidate()
        release()
        await early
        expect(tokenStore.calls).not.toContain('set')
      },
    )
  })

  it('makes a token broker renew', async () => {
    const renewals: boolean[] = []
    const auth = createCaspioAuth(async ({ renew }) => {
      renewals.push(renew)
      return { access_token: `t${renewals.length}`, token_type: 'bearer', expires_in: 60 }
    })
    await auth.getAccessToken()
    auth.invalidate()
    await auth.getAccessToken()
    expect(renewals).toEqual([false, true])
  })
})
