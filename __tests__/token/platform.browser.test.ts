import { expect, it } from 'vitest'
import { forTokenRequest, noStore, SERVER_KEYS } from '../../src/token/platform.browser.js'

it('a page sends the token request as it sends its calls, past the cache', () => {
  const settings = { adapter: 'xhr' }
  expect(forTokenRequest(settings)).toBe(settings)
  expect(settings).toEqual({ adapter: 'xhr' })
  expect([SERVER_KEYS, noStore()]).toEqual(['', 'no-store'])
})
