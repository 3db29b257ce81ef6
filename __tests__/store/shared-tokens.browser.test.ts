import { expect, it } from 'vitest'
import { shareTokens } from '../../src/store/shared-tokens.browser.js'
import { thrownBy } from '../support/outcomes.js'

it('a page cannot have a token store', () => {
  expect(thrownBy(shareTokens)).toMatchObject({
    code: 'ERR_CASPIO_CONFIG',
    message: expect.stringContaining('tokenStore cannot be used in a browser'),
  })
})
