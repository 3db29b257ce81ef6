import type { RequestSettings } from '../arguments.js'
import type { Values } from '../environment.js'
import { tryApi } from './api.js'
import { tryClient } from './client.js'
import { tryHost } from './host.js'
import type { Calls, Step } from './step.js'
import { tellToken } from './token-life.js'
import { readValues } from './values.js'

/** One step after the other, until one fails without which there is no next. */
export async function* examine(
  values: Values,
  settings: RequestSettings,
  calls: Calls,
): AsyncGenerator<Step> {
  const { step: ofValues, credentials } = readValues(values)
  yield ofValues
  if (!credentials) return
  const { origin } = new URL(credentials.tokenEndpointURL)
  const ofHost = await tryHost(origin, settings.timeout)
  yield ofHost
  if (!ofHost.ok) return
  const { step: ofClient, answer } = await tryClient(credentials, settings, calls)
  yield ofClient
  if (!answer) return
  yield tellToken(answer, calls)
  for (const version of ['v2', 'v3'] as const) {
    yield await tryApi(version, origin, answer.access_token, settings.timeout, calls)
  }
}
