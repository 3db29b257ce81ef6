import { AxiosHeaders } from 'axios'
import { describe, expect, it } from 'vitest'
import { resourceOf } from '../../src/request/resource.js'

const V3 = 'https://a1bcd234.caspio.com/integrations/rest/v3'

describe('the resource that a 401 may be about', () => {
  it.each([
    [`${V3}/tables/Orders/records`, `${V3}/tables/Orders`],
    [`${V3}/tables/Orders/records/7?q.where=A=1`, `${V3}/tables/Orders`],
    [`${V3}/Views/Open%20Orders/records#x`, `${V3}/Views/Open%20Orders`],
    [`${V3}/files/abc?x=/tables/Orders`, `${V3}/files`],
    [`${V3}/directories/7/users/9`, `${V3}/directories`],
    ['https://gateway.example.com/caspio/7?x', 'https://gateway.example.com/caspio/7'],
    [`${V3}/tables?x`, `${V3}/tables`],
  ])('of %s is %s', (url, expected) => {
    const config = { method: 'get', url, headers: new AxiosHeaders() }
    expect(resourceOf(config)).toBe(`get  ${expected}`)
  })

  it('is the same for all files, if the URL is relative, too', () => {
    const headers = new AxiosHeaders()
    const names = ['/files/a', '/files/b/c', 'files/d?x'].map((url) =>
      resourceOf({ method: 'get', baseURL: V3, url, headers }),
    )
    expect(names).toEqual([`get ${V3} /files`, `get ${V3} /files`, `get ${V3} files`])
  })

  it('differs by method and by baseURL', () => {
    const headers = new AxiosHeaders()
    const names = [
      { method: 'get', baseURL: V3, url: '/files', headers },
      { method: 'post', baseURL: V3, url: '/files', headers },
      { method: 'get', baseURL: 'https://gateway.example.com', url: '/files', headers },
    ].map(resourceOf)
    expect(new Set(names).size).toBe(3)
  })
})
