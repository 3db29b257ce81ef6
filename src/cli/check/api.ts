import axios, { type AxiosResponse } from 'axios'
import { IN_YOUR_ACCOUNT } from '../../contract/in-your-account.js'
import { ownProperty } from '../../lib/own-properties.js'
import { parseJSON } from '../../lib/parse-json.js'
import { createRedact, printable } from '../../lib/redact.js'
import { counted } from '../text.js'
import { codeOf } from './host.js'
import { diagnose, proxyFor } from './network.js'
import { type Calls, failed, passed, type Step } from './step.js'
import { URL_NAME } from './values.js'

const PATHS = { v2: '/rest/v2/tables', v3: '/integrations/rest/v3/tables' }

/** Checks that a token opens one version of the REST API, by a request for the list of tables. */
export async function checkApi(
  version: 'v2' | 'v3',
  origin: string,
  accessToken: string,
  timeout: number,
  calls: Calls,
): Promise<Step> {
  const path = PATHS[version]
  let response: AxiosResponse
  try {
    response = await axios.get(`${origin}${path}`, {
      headers: { Authorization: `Bearer ${accessToken}`, Accept: 'application/json' },
      validateStatus: null,
      maxRedirects: 0,
      responseType: 'text',
      signal: AbortSignal.timeout(timeout),
    })
  } catch (error) {
    return failed(version, ...diagnose(codeOf(error), origin, proxyFor(origin)))
  }
  calls.api += 1
  const answer = parseJSON(response.data)
  const tables = ownProperty(answer, 'Result')
  if (response.status === 200 && Array.isArray(tables)) {
    return passed(version, `the token opens ${path} (${counted(tables.length, 'table')})`)
  }
  const scrub = createRedact([accessToken])
  const message = ownProperty(answer, 'Message')
  const quote = typeof message === 'string' ? `: ${printable(scrub(message))}` : ''
  const id = response.headers['x-caspio-request-id']
  const support = id ? [`For Caspio's support: request ID ${printable(scrub(String(id)))}.`] : []
  const advice = adviceFor(response.status, version)
  return failed(version, `GET ${path} answered ${response.status}${quote}`, advice, ...support)
}

function adviceFor(status: number, version: string): string {
  const permissions = `Check the permissions of the profile, ${IN_YOUR_ACCOUNT}.`
  switch (status) {
    case 401:
      return `The API rejects the token that the token endpoint has just issued. Is the profile still enabled? ${permissions}`
    case 403:
      return `The profile may not list tables. ${permissions}`
    case 404:
      return `This host has no REST ${version}. If your code uses only the other version, ignore this failure. Otherwise check the host in ${URL_NAME}.`
    case 429:
      return 'Too many calls: Caspio accepts about ten a second from all your programs together. Try again in a while.'
    default:
      return status >= 500
        ? 'The API has a problem. Try again in a while. If the problem persists, ask Caspio.'
        : `This is not a list of tables. Does something between you and Caspio answer, or is the host in ${URL_NAME} wrong?`
  }
}
