import type { RequestSettings } from '../arguments.js'
import type { Values } from '../environment.js'
import { createCallApi } from './api.js'
import { checkClient } from './client.js'
import { checkHost } from './host.js'
import type { Calls, Step } from './step.js'
import { describeToken } from './token-life.js'
import { checkV3 } from './v3.js'
import { checkV4 } from './v4.js'
import { checkValues } from './values.js'

/** Takes the steps in their order, and stops at a failure that makes the next step impossible. */
export async function* runSteps(
  values: Values,
  settings: RequestSettings,
  calls: Calls,
): AsyncGenerator<Step> {
  const { step: valuesStep, credentials } = checkValues(values)
  yield valuesStep
  if (!credentials) return
  const { origin } = new URL(credentials.tokenEndpointURL)
  const hostStep = await checkHost(origin, settings.timeout)
  yield hostStep
  if (!hostStep.ok) return
  const { step: clientStep, answer } = await checkClient(credentials, settings, calls)
  yield clientStep
  if (!answer) return
  yield describeToken(answer, calls)
  const callApi = createCallApi(origin, answer.access_token, settings.timeout, calls)
  yield await checkV3(callApi)
  yield await checkV4(callApi)
}
