import axios, { type AxiosHeaders } from 'axios'
import type { CaspioAuthError } from '../../contract/errors.js'
import { IN_YOUR_ACCOUNT } from '../../contract/in-your-account.js'
import { ownProperty } from '../../lib/own-properties.js'
import { printable } from '../../lib/redact.js'
import { parseURL } from '../../lib/url.js'
import { codeOf, refusedByProxy } from './host.js'
import { type Diagnosis, diagnose, proxyFor } from './network.js'
import { URL_NAME } from './values.js'

/** Whether an OAuth server refused the client, and not the profile or its address. */
export function isClientRefused(error: CaspioAuthError): boolean {
  const isRefused = error.code === 'ERR_CASPIO_CREDENTIALS' && oauthField(error, 'error') !== ''
  return isRefused && adviceForProfile(error) === undefined
}

/** The answer of the token endpoint in its own words. The library has redacted the secrets. */
export function quoteAnswer(error: CaspioAuthError): string {
  const description = oauthField(error, 'error_description')
  const code = `${error.status} ${oauthField(error, 'error')}`.trim()
  return printable(description ? `${code} (${description})` : code)
}

/** Explains why there is no token, unless the client was refused. */
export function explainAnswer(error: CaspioAuthError, tokenEndpointURL: string): Diagnosis {
  const support = error.requestId ? [`For Caspio's support: request ID ${error.requestId}.`] : []
  if (error.code === 'ERR_CASPIO_TOKEN_ENDPOINT') {
    return explainOutage(error, new URL(tokenEndpointURL).origin, support)
  }
  if (oauthField(error, 'error')) return explainOAuthError(error, support)
  return explainForeignAnswer(error, tokenEndpointURL)
}

/** A token endpoint that cannot be reached, or cannot answer at the moment. */
function explainOutage(error: CaspioAuthError, origin: string, support: string[]): Diagnosis {
  const { status } = error
  if (status === undefined) return diagnose(codeOf(error), origin, proxyFor(origin))
  if (status === 407) return refusedByProxy(proxyFor(origin)?.variable)
  const tryAgain = `Your values may be right. Try again ${pauseOf(error)}.`
  if (status < 500) {
    return [
      `too many calls: the token endpoint answered ${quoteAnswer(error)}`,
      tryAgain,
      ...support,
    ]
  }
  return [
    `the token endpoint has a problem: it answered ${quoteAnswer(error)}`,
    `${tryAgain} If the problem persists, ask Caspio.`,
    ...support,
  ]
}

function explainOAuthError(error: CaspioAuthError, support: string[]): Diagnosis {
  const quote = quoteAnswer(error)
  const profileAdvice = adviceForProfile(error)
  if (profileAdvice) {
    return [
      `the token endpoint refused the profile: it answered ${quote}`,
      profileAdvice,
      ...support,
    ]
  }
  const isOutOfRefreshTokens = /refresh token/i.test(quote)
  return [
    `the token endpoint issued no token: it answered ${quote}`,
    `${URL_NAME} is right: this is a token endpoint.`,
    ...(isOutOfRefreshTokens
      ? [
          "Each token request uses one of the account's 1,000 refresh tokens until that token expires. Let your processes share one token (tokenStore).",
        ]
      : []),
    ...support,
  ]
}

/** What to do if Caspio refuses the profile or its address. Then the ID and the secret may be right. */
function adviceForProfile(error: CaspioAuthError): string | undefined {
  if (error.status === 403) {
    return `The address of this machine is not allowed. Check the IP list of the profile, ${IN_YOUR_ACCOUNT}.`
  }
  switch (oauthField(error, 'error')) {
    case 'ProfileDisabled':
      return `The profile is disabled. Enable it ${IN_YOUR_ACCOUNT}.`
    case 'UnsufficientPrivileges':
      return `The profile may not use the API. Check its permissions ${IN_YOUR_ACCOUNT}.`
    default:
      return undefined
  }
}

/** An answer that cannot come from a token endpoint. */
function explainForeignAnswer(error: CaspioAuthError, endpoint: string): Diagnosis {
  const { status } = error
  const { origin, pathname, host } = new URL(endpoint)
  const headers = headersOf(error)
  const target = parseURL(`${headers.get('Location') ?? ''}`, endpoint)
  const page = /html/.test(String(headers.get('Content-Type'))) ? ' with a web page' : ''
  const answer = status === undefined ? 'sent an endless answer' : `answered ${status}${page}`
  const isUsualPath = pathname === '/oauth/token'
  return [
    `${URL_NAME} is wrong${isUsualPath ? ', or something else answers in its place' : ''}: ${origin}${pathname} ${answer}, unlike a token endpoint`,
    ...(target && headers.has('Location')
      ? [
          `The answer redirects to ${target.origin}. check does not follow it, because the secret would go there.`,
        ]
      : []),
    isUsualPath
      ? `Is ${host} your account? Or does a firewall or a login page answer in its place?`
      : `The path of Caspio's token endpoints is /oauth/token. The path of this URL is ${pathname}.`,
    `Copy the URL again. Find it ${IN_YOUR_ACCOUNT}.`,
  ]
}

function pauseOf(error: CaspioAuthError): string {
  const pause = headersOf(error).get('Retry-After')
  return /^\d+$/.test(String(pause)) ? `in ${pause} s` : 'in a while'
}

function oauthField(error: CaspioAuthError, name: string): string {
  const text = ownProperty(error.response?.data, name)
  return typeof text === 'string' ? text : ''
}

function headersOf({ response }: CaspioAuthError): AxiosHeaders {
  return axios.AxiosHeaders.from(response?.headers as AxiosHeaders)
}
