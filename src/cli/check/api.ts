import axios, { type AxiosResponse } from 'axios'
import { IN_THE_ACCOUNT } from '../../contract/in-the-account.js'
import { ownField } from '../../lib/own-properties.js'
import { parseJSON } from '../../lib/parse-json.js'
import { createScrubber, printable } from '../../lib/redact.js'
import { codeOf } from './host.js'
import { diagnose, proxyOf } from './network.js'
import { type Calls, failed, passed, type Step } from './step.js'
import { URL_NAME } from './values.js'

const PATHS = { v2: '/rest/v2/tables', v3: '/integrations/rest/v3/tables' }

/** Whether a token opens one version of the REST API, by the list of tables. */
export async function tryApi(
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
    return failed(version, ...diagnose(codeOf(error), origin, proxyOf(origin)))
  }
  calls.api += 1
  const answer = parseJSON(response.data)
  const tables = ownField(answer, 'Result')
  if (response.status === 200 && Array.isArray(tables)) {
    return passed(version, `the token opens ${path} (${tables.length} tables)`)
  }
  const scrub = createScrubber([accessToken])
  const message = ownField(answer, 'Message')
  const words = typeof message === 'string' ? `: ${printable(scrub(message))}` : ''
  const id = response.headers['x-caspio-request-id']
  const support = id ? [`For Caspio's support: request ID ${printable(scrub(String(id)))}.`] : []
  const advice = adviceFor(response.status, version)
  return failed(version, `GET ${path} answered ${response.status}${words}`, advice, ...support)
}

function adviceFor(status: number, version: string): string {
  const permissions = `Look at the permissions of the profile, ${IN_THE_ACCOUNT}.`
  switch (status) {
    case 401:
      return `The API does not take the token that the token endpoint has just given. Is the profile still switched on? ${permissions}`
    case 403:
      return `The profile may not list tables. ${permissions}`
    case 404:
      return `This host has no REST ${version}. If your programs call the other version only, that is no harm; otherwise check the host in ${URL_NAME}.`
    case 429:
      return 'Too many calls: Caspio takes some ten a second. Try again in a while; other programs count, too.'
    default:
      return status >= 500
        ? 'The API is out of order. Try again in a while; if it stays so, ask Caspio.'
        : `That is no list of tables: does something in between answer, or is the host in ${URL_NAME} another one?`
  }
}
