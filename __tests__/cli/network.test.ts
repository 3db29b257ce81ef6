import { describe, expect, it } from 'vitest'
import { codeOf } from '../../src/cli/check/host.js'
import { diagnose, proxyOf } from '../../src/cli/check/network.js'

const ORIGIN = 'https://a1bcd234.caspio.com:8443'
const PROXY = { variable: 'HTTPS_PROXY', host: 'proxy.example.com:8080' }

describe('diagnose', () => {
  it.each([
    ['ENOTFOUND', 'the name a1bcd234.caspio.com is not known'],
    ['EAI_AGAIN', 'the name a1bcd234.caspio.com is not known'],
    ['ECONNREFUSED', 'nothing listens at a1bcd234.caspio.com:8443'],
    ['EHOSTUNREACH', 'there is no way to a1bcd234.caspio.com:8443'],
    ['ENETUNREACH', 'there is no way to a1bcd234.caspio.com:8443'],
    ['ETIMEDOUT', 'a1bcd234.caspio.com:8443 did not answer in time'],
    ['ERR_CANCELED', 'a1bcd234.caspio.com:8443 did not answer in time'],
    ['ECONNRESET', 'a1bcd234.caspio.com:8443 broke off'],
    ['EPROTO', 'what listens at a1bcd234.caspio.com:8443 does not speak TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', "another host's, not that of a1bcd234.caspio.com"],
  ])('%s: says so, and where to look', (code, words) => {
    const [what, ...advice] = diagnose(code, ORIGIN, undefined)
    expect(what).toContain(words)
    expect(what).toContain(code)
    expect(advice.join(' ')).toMatch(/Check the host .*in CASPIO_TOKEN_ENDPOINT_URL/)
  })

  it.each([
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  ])('%s: how to trust the certificate, and not to go without', (code) => {
    const [what, ...advice] = diagnose(code, ORIGIN, PROXY)
    expect(what).toContain('the certificate of a1bcd234.caspio.com:8443 is signed by nobody')
    expect(advice.join(' ')).toContain('NODE_EXTRA_CA_CERTS=FILE')
    expect(advice.join(' ')).toContain('Do not switch the check off')
  })

  it.each(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])('%s: the date', (code) => {
    expect(diagnose(code, ORIGIN, undefined).join(' ')).toContain('Check the date of this machine')
  })

  it.each([
    ['ENOTFOUND', 'the name proxy.example.com:8080 is not known'],
    ['ECONNREFUSED', 'nothing listens at the proxy proxy.example.com:8080'],
    ['ETIMEDOUT', 'the proxy proxy.example.com:8080 did not answer in time'],
    ['ECONNRESET', 'the proxy proxy.example.com:8080 broke off'],
  ])('%s with a proxy: it is the proxy', (code, words) => {
    const [what, advice] = diagnose(code, ORIGIN, PROXY)
    expect(what).toContain(words)
    expect(advice).toContain('Check HTTPS_PROXY, or name the host in NO_PROXY.')
  })
})

describe('proxyOf', () => {
  const proxy = 'http://user:pass-word@proxy.example.com:8080'

  it.each(['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])('reads %s', (variable) => {
    const found = proxyOf(ORIGIN, { [variable]: proxy })
    expect(found).toEqual({ variable, host: 'proxy.example.com:8080' })
  })

  it('reads it without a scheme as well', () => {
    const found = proxyOf(ORIGIN, { https_proxy: 'proxy.example.com:8080' })
    expect(found?.host).toBe('proxy.example.com:8080')
  })

  it('shows nothing of what is no URL', () => {
    const found = proxyOf(ORIGIN, { https_proxy: 'user:pass word@' })
    expect(found?.host).toBe('that is no URL')
  })

  it('takes the one of the protocol before the one for all', () => {
    const env = { all_proxy: 'http://other', HTTP_PROXY: 'http://other', HTTPS_PROXY: proxy }
    expect(proxyOf(ORIGIN, env)?.variable).toBe('HTTPS_PROXY')
    expect(proxyOf('http://127.0.0.1', env)?.variable).toBe('HTTP_PROXY')
  })

  it.each([
    '*',
    'a1bcd234.caspio.com',
    'localhost, caspio.com',
    '.caspio.com',
    '*.caspio.com',
    'a1bcd234.caspio.com:8443',
  ])('finds none where NO_PROXY is %s', (spared) => {
    expect(proxyOf(ORIGIN, { HTTPS_PROXY: proxy, NO_PROXY: spared })).toBeUndefined()
    expect(proxyOf(ORIGIN, { HTTPS_PROXY: proxy, no_proxy: spared })).toBeUndefined()
  })

  it.each(['', 'localhost', 'other.com', 'bcd234.caspio.com'])(
    'finds it where NO_PROXY is %j',
    (spared) => {
      expect(proxyOf(ORIGIN, { HTTPS_PROXY: proxy, NO_PROXY: spared })).toBeDefined()
    },
  )

  it('finds none where none is set', () => {
    expect(proxyOf(ORIGIN, {})).toBeUndefined()
    expect(proxyOf(ORIGIN, { HTTPS_PROXY: '' })).toBeUndefined()
  })
})

describe('codeOf', () => {
  it.each([
    [{ code: 'ERR_NETWORK', cause: { code: 'ENOTFOUND' } }, 'ENOTFOUND'],
    [{ code: 'ECONNREFUSED', cause: {} }, 'ECONNREFUSED'],
    [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    [{}, 'no code'],
  ])('%j', (error, code) => {
    expect(codeOf(error)).toBe(code)
  })
})
