import { describe, expect, it } from 'vitest'
import { isSecure, parseURL } from '../../src/lib/url.js'

describe('a secret', () => {
  it.each([
    'https://a1bcd234.caspio.com/oauth/token',
    'http://localhost',
    'http://127.0.0.1:8080/x',
    'http://127.255.10.1',
    'http://[::1]:8080',
  ])('may be sent to %s', (url) => {
    expect(isSecure(new URL(url))).toBe(true)
  })

  it.each([
    'http://a1bcd234.caspio.com',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://x.127.0.0.1.example.com',
    'http://128.0.0.1',
    'http://10.127.0.1',
    'http://[::2]',
    'http://[fe80::1]',
    'ftp://localhost',
    'ws://localhost',
    'wss://a1bcd234.caspio.com',
  ])('must not be sent to %s', (url) => {
    expect(isSecure(new URL(url))).toBe(false)
  })
})

describe('parseURL', () => {
  it('resolves a relative URL against its base', () => {
    expect(parseURL('/x', 'https://a.example.com/y')?.href).toBe('https://a.example.com/x')
  })

  it('returns undefined for an invalid URL', () => {
    expect([parseURL('/x'), parseURL(''), parseURL('/x', 'y')]).toEqual(Array(3).fill(undefined))
  })
})
