import axios from 'axios'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { requireSupportedAxios } from '../../src/contract/supported-axios.js'
import { thrownBy } from '../support/outcomes.js'

const { VERSION } = axios

afterEach(() => {
  ;(axios as { VERSION: string }).VERSION = VERSION
})

describe('requireSupportedAxios', () => {
  it.each(['1.6.0', '1.6.0-beta.1', '1.10.0', '2.0.0'])('accepts axios %s', (version) => {
    ;(axios as { VERSION: string }).VERSION = version
    expect(requireSupportedAxios()).toBeUndefined()
  })

  it.each([
    ['1.5.1', 'axios 1.5.1'],
    ['0.30.0', 'axios 0.30.0'],
    [undefined, 'axios before 0.22 (or a mock)'],
    ['latest', 'axios latest'],
  ])('refuses axios %s', (version, found) => {
    ;(axios as { VERSION?: string | undefined }).VERSION = version
    const error = thrownBy(() => requireSupportedAxios())
    expect(error.code).toBe('ERR_CASPIO_CONFIG')
    expect(error.message).toBe(
      `axios-caspio-auth: ${found} is too old. Run: npm install axios@^1.6.0`,
    )
  })

  it('refuses an instance of an old axios, even if the package found a newer one', () => {
    const instance = Object.assign(vi.fn(), { VERSION: '0.27.2' })
    const error = thrownBy(() => requireSupportedAxios(instance))
    expect(error.message).toContain('axios 0.27.2 is too old')
    expect(requireSupportedAxios(axios.create())).toBeUndefined()
  })

  it('refuses an old axios of the package, even if the instance is of a newer one', () => {
    ;(axios as { VERSION: string }).VERSION = '0.27.2'
    const instance = Object.assign(vi.fn(), { VERSION: '1.21.1' })
    const error = thrownBy(() => requireSupportedAxios(instance))
    expect(error.message).toContain('axios 0.27.2 is too old')
  })
})
