import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { resolveOptions } from '../../src/contract/options.js'
import type { CaspioAuthEvent } from '../../src/index.js'
import { shareTokensLazily } from '../../src/store/lazily-shared-tokens.js'
import type { Issued } from '../../src/token/issuer.js'
import { PHYSICIANS, startBench } from '../support/account.js'
import { atRest } from '../support/clocks.js'
import { issueRequest } from '../support/issue-request.js'
import { MemoryStore } from '../support/memory-store.js'

const CREDENTIALS = {
  clientID: 'id',
  clientSecret: 'secret',
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
}
const UNSHARED = { grant: 'client_credentials' } as Issued
const SHARED = { grant: undefined } as Issued
const NOT_LOADED = {
  type: 'store-failed',
  operation: 'get',
  reason: 'its code could not be loaded',
}

/** Replaces the module that shares tokens by what `load` returns. */
function replaceModule(load: () => object): void {
  vi.doMock('../../src/store/shared-tokens.js', load)
  onTestFinished(() => {
    vi.doUnmock('../../src/store/shared-tokens.js')
  })
}

/** The parameters of `shareTokensLazily`, with the events that it reports. */
function parameters() {
  const events: CaspioAuthEvent[] = []
  const given: Parameters<typeof shareTokensLazily> = [
    async () => UNSHARED,
    CREDENTIALS,
    resolveOptions({ tokenStore: new MemoryStore() }),
    (event) => events.push(event),
    () => true,
  ]
  return { given, events }
}

describe('shareTokensLazily', () => {
  it('loads shareTokens at the first use, and calls it once with the same parameters', async () => {
    const issue = vi.fn(async () => SHARED)
    const forget = vi.fn()
    const shareTokens = vi.fn((..._: unknown[]) => ({ issue, forget }))
    const load = vi.fn(() => ({ shareTokens }))
    replaceModule(load)
    const { given } = parameters()
    const shared = shareTokensLazily(...given)
    await atRest()
    expect(load).not.toHaveBeenCalled()

    const request = issueRequest()
    expect(await Promise.all([shared.issue(request), shared.issue(request)])).toEqual([
      SHARED,
      SHARED,
    ])
    expect(issue).toHaveBeenCalledWith(request)
    shared.forget()
    await vi.waitFor(() => expect(forget).toHaveBeenCalledOnce())
    expect(shareTokens.mock.calls).toEqual([given])
  })

  it('goes on without the store if the code cannot be loaded, and reports that once', async () => {
    replaceModule(() => {
      throw new Error('offline')
    })
    const { given, events } = parameters()
    const shared = shareTokensLazily(...given)
    expect(await shared.issue(issueRequest())).toBe(UNSHARED)
    shared.forget()
    expect(await shared.issue(issueRequest())).toBe(UNSHARED)
    expect(events).toEqual([NOT_LOADED])
  })
})

describe('an attached instance with a token store', () => {
  it('sends its requests without the store if the code cannot be loaded', async () => {
    replaceModule(() => {
      throw new Error('offline')
    })
    const store = new MemoryStore()
    const { api, auth, events } = await startBench({ tokenStore: store })
    const { status } = await api.get(PHYSICIANS)
    auth.invalidate()
    await api.get(PHYSICIANS)
    expect(status).toBe(200)
    expect(store.calls).toEqual([])
    expect(events.filter(({ type }) => type === 'store-failed')).toEqual([NOT_LOADED])
  })
})
