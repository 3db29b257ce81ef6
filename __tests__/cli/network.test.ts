import axios from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { codeOf } from '../../src/cli/check/host.js'
import { diagnose, proxyFor } from '../../src/cli/check/network.js'
import { outcomesOf } from '../support/outcomes.js'
import { startRawServer } from '../support/raw-server.js'

const ORIGIN = 'https://a1bcd234.caspio.com:8443'
const PROXY = { variable: 'HTTPS_PROXY', host: 'proxy.example.com:8080' }

describe('diagnose', () => {
  it.each([
    ['ENOTFOUND', 'the host name a1bcd234.caspio.com cannot be resolved'],
    ['EAI_AGAIN', 'the host name a1bcd234.caspio.com cannot be resolved'],
    ['ECONNREFUSED', 'nothing is listening at a1bcd234.caspio.com:8443'],
    ['EHOSTUNREACH', 'there is no route to a1bcd234.caspio.com:8443'],
    ['ENETUNREACH', 'there is no route to a1bcd234.caspio.com:8443'],
    ['ETIMEDOUT', 'a1bcd234.caspio.com:8443 did not answer in time'],
    ['ERR_CANCELED', 'a1bcd234.caspio.com:8443 did not answer in time'],
    ['ECONNRESET', 'the connection to a1bcd234.caspio.com:8443 broke'],
    ['EPROTO', 'a1bcd234.caspio.com:8443 does not speak TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'for another host, not for a1bcd234.caspio.com'],
  ])('%s: names the fault and what to check', (code, words) => {
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
  ])('%s: says how to trust the certificate, and to keep verifying', (code) => {
    const [what, ...advice] = diagnose(code, ORIGIN, PROXY)
    expect(what).toContain('Node does not trust the certificate of a1bcd234.caspio.com:8443')
    expect(advice.join(' ')).toContain('NODE_EXTRA_CA_CERTS=FILE')
    expect(advice.join(' ')).toContain('Do not turn off the verification')
  })

  it.each(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])('%s: asks for the date', (code) => {
    expect(diagnose(code, ORIGIN, undefined).join(' ')).toContain('Check the date of this machine')
  })

  it.each([
    ['ENOTFOUND', 'the host name proxy.example.com:8080 cannot be resolved'],
    ['ECONNREFUSED', 'nothing is listening at the proxy proxy.example.com:8080'],
    ['ETIMEDOUT', 'the proxy proxy.example.com:8080 did not answer in time'],
    ['ECONNRESET', 'the connection to the proxy proxy.example.com:8080 broke'],
  ])('%s with a proxy: blames the proxy', (code, words) => {
    const [what, advice] = diagnose(code, ORIGIN, PROXY)
    expect(what).toContain(words)
    expect(advice).toContain('Check HTTPS_PROXY, or add the host to NO_PROXY.')
  })
})

describe('proxyFor', () => {
  /** Sends a request for a host that does not exist, with these environment variables. */
  async function getThrough(env: Record<string, string | undefined>): Promise<void> {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
    onTestFinished(() => void vi.unstubAllEnvs())
    const lookup = (_host: string, _options: object, done: (error: Error) => void) =>
      done(new Error('no such host'))
    await outcomesOf([axios.get('http://a1bcd234.test/', { lookup: lookup as never })])
  }

  const proxy = 'http://user:pass-word@proxy.example.com:8080'

  it.each(['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'])('reads %s', (variable) => {
    const found = proxyFor(ORIGIN, { [variable]: proxy })
    expect(found).toEqual({ variable, host: 'proxy.example.com:8080' })
  })

  it('reads a proxy without a scheme', () => {
    const found = proxyFor(ORIGIN, { https_proxy: 'proxy.example.com:8080' })
    expect(found?.host).toBe('proxy.example.com:8080')
  })

  it('shows nothing of a value that is not a URL', () => {
    const found = proxyFor(ORIGIN, { https_proxy: 'user:pass word@' })
    expect(found?.host).toBe('(not a URL)')
  })

  it('knows the port that a URL leaves out', () => {
    const env = { HTTPS_PROXY: proxy, NO_PROXY: 'a.caspio.com:443' }
    expect(proxyFor('https://a.caspio.com', env)).toBeUndefined()
  })

  it('prefers the variable of the protocol to ALL_PROXY', () => {
    const env = { all_proxy: 'http://other', HTTP_PROXY: 'http://other', HTTPS_PROXY: proxy }
    expect(proxyFor(ORIGIN, env)?.variable).toBe('HTTPS_PROXY')
    expect(proxyFor('http://127.0.0.1', env)?.variable).toBe('HTTP_PROXY')
  })

  it.each([
    '*',
    'a1bcd234.caspio.com',
    'localhost, A1BCD234.caspio.com',
    '.caspio.com',
    '*.caspio.com',
    'a1bcd234.caspio.com:8443',
  ])('finds no proxy if NO_PROXY is %s', (noProxy) => {
    expect(proxyFor(ORIGIN, { HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBeUndefined()
    expect(proxyFor(ORIGIN, { HTTPS_PROXY: proxy, no_proxy: noProxy })).toBeUndefined()
  })

  it.each([
    '',
    'localhost',
    'other.com',
    'bcd234.caspio.com',
    'localhost, caspio.com',
    'a1bcd234.caspio.com:443',
  ])('finds the proxy if NO_PROXY is %j', (noProxy) => {
    expect(proxyFor(ORIGIN, { HTTPS_PROXY: proxy, NO_PROXY: noProxy })).toBeDefined()
  })

  it.each([
    '',
    '*',
    'a1bcd234.test',
    'test',
    '.test',
    '*.test',
    'x, A1BCD234.test',
    'a1bcd234.test:80',
    'a1bcd234.test:81',
  ])('finds the proxy that axios uses if NO_PROXY is %j', async (noProxy) => {
    const { url, received } = await startRawServer()
    await getThrough({
      http_proxy: undefined,
      no_proxy: undefined,
      HTTP_PROXY: url,
      NO_PROXY: noProxy,
    })
    expect(proxyFor('http://a1bcd234.test') !== undefined).toBe(received.length > 0)
  })

  it.each(['npm_config_https_proxy', 'npm_config_proxy'])('reads %s before axios 1.14', (name) => {
    const env = { [name]: proxy, all_proxy: 'http://other' }
    expect(proxyFor(ORIGIN, env, '1.13.6')?.variable).toBe(name)
    expect(proxyFor(ORIGIN, env, '1.14.0')?.variable).toBe('all_proxy')
    expect(proxyFor(ORIGIN, { ...env, npm_config_no_proxy: '*' }, '1.13.6')).toBeUndefined()
  })

  it('reads the proxy of npm if axios does', async () => {
    const { url, received } = await startRawServer()
    const unset = { HTTP_PROXY: undefined, http_proxy: undefined }
    await getThrough({ ...unset, NO_PROXY: '', no_proxy: '', npm_config_http_proxy: url })
    expect(proxyFor('http://a1bcd234.test') !== undefined).toBe(received.length > 0)
  })

  it('finds no proxy if no variable is set', () => {
    expect(proxyFor(ORIGIN, {})).toBeUndefined()
    expect(proxyFor(ORIGIN, { HTTPS_PROXY: '' })).toBeUndefined()
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
