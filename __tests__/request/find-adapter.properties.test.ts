import axios, { type AxiosRequestConfig, getAdapter, type InternalAxiosRequestConfig } from 'axios'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { findAdapter } from '../../src/request/find-adapter.js'
import { outcomesOf, PHYSICIANS, startAccount } from '../support/account.js'

type Named = AxiosRequestConfig['adapter']

// A failing run prints its seed and path: `fc.assert(property, { seed, path })` replays it.

const functions = [0, 1, 2, 3].map((arity) =>
  Object.defineProperty(async () => ({}), 'length', { value: arity }),
)
const name = fc.constantFrom<unknown>(
  ...['xhr', 'http', 'HTTP', 'fetch', 'h', 't', 'p', 'nobody', null, false, undefined],
  ...functions,
  getAdapter('http'),
)
const named = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<unknown>(axios.defaults.adapter, ['http'], ['fetch']) },
  name,
  fc.array(name, { maxLength: 4 }),
)
const env = fc.constantFrom(
  undefined,
  ...[1, 2].map(() => ({ fetch: async () => new Response('{}') })),
)

describe('findAdapter', () => {
  it('finds what axios finds, whatever the requests before it named', async () => {
    const request = fc.record({ named, env })
    const someRequests = fc.array(request, { minLength: 1, maxLength: 20 })
    const property = fc.asyncProperty(someRequests, async (requests) => {
      for (const { named, env } of requests) {
        // As axios does: a list of its own for each request.
        const list = (Array.isArray(named) ? [...named] : named) as Named
        const config = { env } as unknown as InternalAxiosRequestConfig
        const [found, expected] = await outcomesOf([
          (async () => findAdapter(list, config))(),
          (async () => getAdapter(list || (axios.defaults.adapter as Named), config))(),
        ])
        expect(found).toEqual(expected)
      }
    })
    const letters = [{ named: 'http' }, { named: ['h', 't', 't', 'p'] }]
    await fc.assert(property, { numRuns: 2_000, examples: [[letters as never]] })
  })

  it('notices a list that was changed in place', () => {
    const list: Named = ['http', 'fetch']
    const config = {} as InternalAxiosRequestConfig
    findAdapter(['xhr', 'http'], config)
    const http = findAdapter(list, config)
    list.shift()
    expect(findAdapter(list, config)).toBe(getAdapter('fetch', config))
    expect(findAdapter(['http', 'fetch'], config)).toBe(http)
  })

  it('finds fetch where there is neither xhr nor http, as in a worker', async () => {
    const path = '../../src/lib/axios.js'
    vi.doMock(path, async (importOriginal) => ({
      ...(await importOriginal<object>()),
      // axios takes null for what its build has not.
      getAdapter: (names: unknown, config: InternalAxiosRequestConfig) =>
        getAdapter([names].flat().map((one) => (one === 'http' ? null : one)) as never, config),
    }))
    onTestFinished(() => {
      vi.doUnmock(path)
      vi.resetModules()
    })
    vi.resetModules()
    const inWorker = await import('../../src/request/find-adapter.js')
    const config = {} as InternalAxiosRequestConfig
    for (let request = 0; request < 2; request++) {
      expect(inWorker.findAdapter(undefined, config)).toBe(getAdapter('fetch', config))
    }
  })

  it('sends each request by the fetch of its own env', async () => {
    const account = await startAccount()
    const used: string[] = []
    const api = axios.create({ baseURL: `${account.url}/rest/v2`, adapter: ['xhr', 'fetch'] })
    attachCaspioAuth(api, account.credentials)
    const by = (mark: string): AxiosRequestConfig => ({
      env: {
        fetch: (...args: Parameters<typeof fetch>) => {
          used.push(mark)
          return fetch(...args)
        },
      },
    })
    for (const mark of ['one', 'two']) await api.get(PHYSICIANS, by(mark))
    await api.get(PHYSICIANS, { adapter: 'http' })
    expect(used).toEqual(['one', 'two'])
    expect(account.log.api.map(({ status }) => status)).toEqual([200, 200, 200])
  })
})
