import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { type AuthorisedRequest, sendOnce } from '../../src/request/send.js'
import { createToken } from '../support/authorised-request.js'

function send(headers: AxiosHeaders, adapter: (config: InternalAxiosRequestConfig) => unknown) {
  const request = {
    authoriser: { scope: {} },
    config: { headers },
    adapter,
  } as unknown as AuthorisedRequest
  return sendOnce(createToken('a-token'), request)
}

describe('sendOnce', () => {
  it('puts the token into the Authorization header before it sends the request', async () => {
    const adapter = vi.fn(({ headers }: InternalAxiosRequestConfig) => headers.toJSON())
    expect(await send(new AxiosHeaders({ Accept: 'a/b' }), adapter)).toEqual({
      Accept: 'a/b',
      Authorization: 'Bearer a-token',
    })
    expect(adapter).toHaveBeenCalledTimes(1)
  })

  it('replaces the token of an earlier attempt', () => {
    const headers = new AxiosHeaders({ Authorization: 'Bearer old' })
    send(headers, () => {})
    expect(headers.toJSON()).toEqual({ Authorization: 'Bearer a-token' })
  })

  it('returns the promise of the adapter', () => {
    const answer = new Promise(() => {})
    expect(send(new AxiosHeaders(), () => answer)).toBe(answer)
  })
})
