import { AxiosHeaders } from 'axios'
import type { CaspioAuthError } from '../../contract/errors.js'
import { IN_THE_ACCOUNT } from '../../contract/in-the-account.js'
import { ownField } from '../../lib/own-properties.js'
import { printable } from '../../lib/redact.js'
import { parseURL } from '../../lib/url.js'
import { codeOf, refusedByProxy } from './host.js'
import { type Diagnosis, diagnose, proxyOf } from './network.js'
import { URL_NAME } from './values.js'

/** Whether it was the client that was refused, by somebody who speaks OAuth. */
export function isRefusal(error: CaspioAuthError): boolean {
  return error.code === 'ERR_CASPIO_CREDENTIALS' && oauthField(error, 'error') !== ''
}

/** What the token endpoint said, in its own words. The library has blotted the secrets out. */
export function said(error: CaspioAuthError): string {
  const description = oauthField(error, 'error_description')
  const words = `${error.status} ${oauthField(error, 'error')}`.trim()
  return printable(description ? `${words} (${description})` : words)
}

/** Why there is no token, where it is not the client that was refused. */
export function explainAnswer(error: CaspioAuthError, tokenEndpointURL: string): Diagnosis {
  const { code, status } = error
  const { origin } = new URL(tokenEndpointURL)
  const support = error.requestId ? [`For Caspio's support: request ID ${error.requestId}.`] : []
  if (code === 'ERR_CASPIO_TOKEN_ENDPOINT') {
    if (status === undefined) return diagnose(codeOf(error), origin, proxyOf(origin))
    if (status === 407) return refusedByProxy(proxyOf(origin)?.variable)
    if (status < 500) {
      return [
        `too many calls: the token endpoint answered ${said(error)}`,
        `The values may be right. Try again ${pauseOf(error)}.`,
        ...support,
      ]
    }
    return [
      `the token endpoint is out of order: it answered ${said(error)}`,
      `The values may be right. Try again ${pauseOf(error)}; if it stays so, ask Caspio.`,
      ...support,
    ]
  }
  if (oauthField(error, 'error')) {
    return [
      `the token endpoint gave no token: it answered ${said(error)}`,
      `${URL_NAME} is right: this is a token endpoint.`,
      ...(/refresh token/i.test(said(error))
        ? [
            'Each token request takes one of the 1,000 refresh tokens of the account until it expires. Let your processes share one token (tokenStore).',
          ]
        : []),
      ...support,
    ]
  }
  return explainStranger(error, tokenEndpointURL)
}

/** For what no token endpoint says. */
function explainStranger({ status, response }: CaspioAuthError, endpoint: string): Diagnosis {
  const { origin, pathname, host } = new URL(endpoint)
  const headers = AxiosHeaders.from(response?.headers as AxiosHeaders)
  const target = parseURL(`${headers.get('Location') ?? ''}`, endpoint)
  const what = /html/.test(String(headers.get('Content-Type'))) ? ' and a web page' : ''
  const isUsual = pathname === '/oauth/token'
  return [
    `${URL_NAME} is wrong${isUsual ? ', or somebody answers in its place' : ''}: ${origin}${pathname} answered ${status ?? 'without end'}${what}, as no token endpoint does`,
    ...(target && headers.has('Location')
      ? [`It leads to ${target.origin}, which is not followed: the secret would go there.`]
      : []),
    isUsual
      ? `Is ${host} your account? Or does something in between answer, a firewall or a login page?`
      : `Those of Caspio end in /oauth/token; this one ends in ${pathname}.`,
    `Copy it anew: it stands ${IN_THE_ACCOUNT}.`,
  ]
}

function pauseOf({ response }: CaspioAuthError): string {
  const pause = AxiosHeaders.from(response?.headers as AxiosHeaders).get('Retry-After')
  return /^\d+$/.test(String(pause)) ? `in ${pause} s` : 'in a while'
}

function oauthField(error: CaspioAuthError, name: string): string {
  const text = ownField(error.response?.data, name)
  return typeof text === 'string' ? text : ''
}
