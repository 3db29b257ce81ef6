import axios from 'axios'
import { versionNumber } from '../../lib/old-axios.js'
import { parseURL } from '../../lib/url.js'
import type { Environment } from '../io.js'
import { URL_NAME } from './values.js'

/** What happened, and what to do about it. */
export type Diagnosis = readonly [fault: string, ...advice: string[]]

/** The proxy that axios uses. */
export interface Proxy {
  /** The environment variable that names the proxy. */
  readonly variable: string
  /** Host and port only: the rest of the value may hold a password. */
  readonly host: string
}

const DNS = /^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/
const TIMEOUT = /^(ETIMEDOUT|ECONNABORTED|ERR_CANCELED|ESOCKETTIMEDOUT)$/
const UNREACHABLE = /^E(HOST|NET)(UNREACH|DOWN)$/
const UNKNOWN_ISSUER =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_)/
const WRONG_DATE = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/
const NO_TLS = /^(EPROTO|ERR_SSL_)/

/** Explains why a request got no answer. */
export function diagnose(code: string, origin: string, proxy: Proxy | undefined): Diagnosis {
  return diagnoseTls(code, origin) ?? diagnoseConnection(code, origin, proxy)
}

/** Faults of the host, even if a proxy passes the connection on. */
function diagnoseTls(code: string, origin: string): Diagnosis | undefined {
  const { host, hostname } = new URL(origin)
  const checkHost = `Check the host in ${URL_NAME}.`
  if (UNKNOWN_ISSUER.test(code)) {
    return [
      `Node does not trust the certificate of ${host} (${code})`,
      'In a company network, a proxy that inspects TLS is the usual cause. Give Node its certificate: NODE_EXTRA_CA_CERTS=FILE.',
      `Do not turn off the verification of certificates: somebody else may be answering. ${checkHost}`,
    ]
  }
  if (WRONG_DATE.test(code)) {
    return [
      `the certificate of ${host} is not valid today (${code})`,
      'Check the date of this machine.',
    ]
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return [`the certificate is for another host, not for ${hostname} (${code})`, checkHost]
  }
  if (NO_TLS.test(code)) {
    return [`${host} does not speak TLS (${code})`, `Check the host and the port in ${URL_NAME}.`]
  }
  return undefined
}

/** Faults of the connection, which goes to the proxy if there is one. */
function diagnoseConnection(code: string, origin: string, proxy: Proxy | undefined): Diagnosis {
  const { host, hostname } = new URL(origin)
  const peer = proxy ? `the proxy ${proxy.host}` : host
  const checkPeer = proxy
    ? `Check ${proxy.variable}, or add the host to NO_PROXY.`
    : `Check the host in ${URL_NAME}.`
  if (DNS.test(code)) {
    return [
      `the host name ${proxy ? proxy.host : hostname} cannot be resolved (${code})`,
      `${checkPeer} Is the network down, or do you need a proxy (HTTPS_PROXY)?`,
    ]
  }
  if (code === 'ECONNREFUSED') return [`nothing is listening at ${peer} (${code})`, checkPeer]
  if (UNREACHABLE.test(code)) return [`there is no route to ${peer} (${code})`, checkPeer]
  if (TIMEOUT.test(code)) {
    return [
      `${peer} did not answer in time (${code})`,
      `${checkPeer} A firewall that drops connections looks like this, too. To wait longer, use --timeout.`,
    ]
  }
  return [
    `the connection to ${peer} broke (${code})`,
    `${checkPeer} A firewall or a proxy may have closed the connection.`,
  ]
}

/** Finds the proxy as axios does, precisely enough to name it in advice. */
export function proxyFor(
  origin: string,
  env: Environment = process.env,
  axiosVersion = axios.VERSION,
): Proxy | undefined {
  const url = new URL(origin)
  const setName = (...names: string[]) =>
    names.flatMap((name) => [name, name.toUpperCase()]).find((variable) => env[variable])
  // npx and npm run set these if npm has a proxy. Before 1.14 axios uses that proxy.
  const ofNpm = (name: string) =>
    versionNumber(axiosVersion) < 11400 ? [`npm_config_${name}`] : []
  const ofProtocol = `${url.protocol.slice(0, -1)}_proxy`
  const variable = setName(...ofNpm(ofProtocol), ofProtocol, ...ofNpm('proxy'), 'all_proxy')
  const noProxy = env[setName(...ofNpm('no_proxy'), 'no_proxy') ?? ''] ?? ''
  if (variable === undefined || isExcluded(url, noProxy)) return undefined
  const value = `${env[variable]}`
  const proxy = parseURL(value.includes('://') ? value : `http://${value}`)
  return { variable, host: proxy?.host ?? '(not a URL)' }
}

// For axios, `caspio.com` does not include the hosts below it. For curl it does.
function isExcluded({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const portInUse = port || (protocol === 'https:' ? '443' : '80')
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      const [name = '', onlyPort = portInUse] = entry.split(/:(?=\d+$)/)
      if (onlyPort !== portInUse) return false
      return /^[.*]/.test(name) ? hostname.endsWith(name.replace('*', '')) : hostname === name
    })
}
