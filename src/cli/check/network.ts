import { parseURL } from '../../lib/url.js'
import type { Environment } from '../io.js'
import { URL_NAME } from './values.js'

/** What happened, and what to do about it. */
export type Diagnosis = readonly [what: string, ...advice: string[]]

/** The proxy through which axios goes. */
export interface Proxy {
  readonly variable: string
  /** Host and port: the rest of the value may hold a password. */
  readonly host: string
}

const DNS = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/
const TIMEOUT = /^(ETIMEDOUT|ECONNABORTED|ERR_CANCELED|ESOCKETTIMEDOUT)$/
const UNREACHABLE = /^E(HOST|NET)(UNREACH|DOWN)$/
const UNKNOWN_ISSUER =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_)/
const WRONG_DATE = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/
const NO_TLS = /^(EPROTO|ERR_SSL_)/

/** Why a host could not be spoken to. */
export function diagnose(code: string, origin: string, proxy: Proxy | undefined): Diagnosis {
  const { host, hostname } = new URL(origin)
  const lookAtURL = `Check the host in ${URL_NAME}.`
  if (UNKNOWN_ISSUER.test(code)) {
    return [
      `the certificate of ${host} is signed by nobody whom Node trusts (${code})`,
      'In a company this is mostly a proxy that opens TLS: give Node its certificate, with NODE_EXTRA_CA_CERTS=FILE.',
      `Do not switch the check off: somebody else may be answering. ${lookAtURL}`,
    ]
  }
  if (WRONG_DATE.test(code)) {
    return [
      `the certificate of ${host} is not valid today (${code})`,
      'Check the date of this machine.',
    ]
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [`the certificate is another host's, not that of ${hostname} (${code})`, lookAtURL]
  }
  if (NO_TLS.test(code)) {
    return [
      `what listens at ${host} does not speak TLS (${code})`,
      `Check the host and the port in ${URL_NAME}.`,
    ]
  }
  // Everything else happens on the way to whom the connection is made to.
  const there = proxy ? `the proxy ${proxy.host}` : host
  const look = proxy ? `Check ${proxy.variable}, or name the host in NO_PROXY.` : lookAtURL
  if (DNS.test(code)) {
    return [
      `the name ${proxy ? proxy.host : hostname} is not known (${code})`,
      `${look} Or is there no network, or a proxy to go through (HTTPS_PROXY)?`,
    ]
  }
  if (code === 'ECONNREFUSED') return [`nothing listens at ${there} (${code})`, look]
  if (UNREACHABLE.test(code)) return [`there is no way to ${there} (${code})`, look]
  if (TIMEOUT.test(code)) {
    return [
      `${there} did not answer in time (${code})`,
      `${look} A firewall that drops the connection looks like this, too; --timeout waits longer.`,
    ]
  }
  return [
    `${there} broke off (${code})`,
    `${look} A firewall, or a proxy in between, does so as well.`,
  ]
}

/** As axios finds it, near enough to be named in an advice. */
export function proxyOf(origin: string, env: Environment = process.env): Proxy | undefined {
  const { protocol, hostname } = new URL(origin)
  const read = (name: string) => [name, name.toUpperCase()].find((variable) => env[variable])
  const variable = read(`${protocol.slice(0, -1)}_proxy`) ?? read('all_proxy')
  const spared = env[read('no_proxy') ?? ''] ?? ''
  if (variable === undefined || isSpared(hostname, spared)) return undefined
  const value = `${env[variable]}`
  const url = parseURL(value.includes('://') ? value : `http://${value}`)
  return { variable, host: url?.host ?? 'that is no URL' }
}

function isSpared(hostname: string, spared: string): boolean {
  return spared
    .split(/[\s,]+/)
    .map((entry) => entry.replace(/:\d+$/, ''))
    .some((entry) => entry === '*' || entry === hostname || isWithin(hostname, entry))
}

function isWithin(hostname: string, entry: string): boolean {
  return entry !== '' && hostname.endsWith(entry.replace(/^\*?\.?/, '.'))
}
