import axios from 'axios'
import { describe, expect, it } from 'vitest'
import { attachCaspioAuth } from '../src/index.js'
import { PHYSICIANS, startAccount } from './support/account.js'

const OPTIONS = { createdInstances: true }

describe('a created instance with an account of its own', () => {
  it('sends to the host of an inherited account only the token of that account', async () => {
    const [a, b] = [await startAccount(), await startAccount()]
    const parent = axios.create({ proxy: false })
    const auth = attachCaspioAuth(parent, a.credentials, OPTIONS)
    const child = parent.create({ baseURL: `${a.url}/rest/v2` })
    attachCaspioAuth(child, b.credentials, OPTIONS)
    for (const api of [child, child.create({ baseURL: `${a.url}/rest/v2` })]) {
      expect((await api.get(PHYSICIANS)).status).toBe(200)
    }
    const { access_token } = await auth.getAccessToken()
    const received = a.log.api.map(({ headers }) => headers.authorization)
    expect(received).toEqual(Array(2).fill(`Bearer ${access_token}`))
    expect(b.log.token).toEqual([])
  })
})
