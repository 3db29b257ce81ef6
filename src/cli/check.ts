import { REQUEST_OPTIONS, readOptions, readRequestSettings } from './arguments.js'
import { createReport } from './check/report.js'
import { runSteps } from './check/run-steps.js'
import type { Calls } from './check/step.js'
import { readEnvironment } from './environment.js'
import type { Io } from './io.js'
import { requireSupportedAxios } from './supported-axios.js'

const OPTIONS = {
  ...REQUEST_OPTIONS,
  json: { type: 'boolean', default: false },
} as const

/** Checks the way from the three values to the API, and reports each step. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  requireSupportedAxios()
  const options = readOptions('check', args, OPTIONS)
  const settings = readRequestSettings(options)
  const values = await readEnvironment(io.env, options.dotenv)
  const calls: Calls = { token: 0, api: 0, refreshTokens: 0 }
  const report = createReport(io, options.json)
  for await (const step of runSteps(values, settings, calls)) {
    report.add(step)
  }
  return report.end(calls) ? 0 : 1
}
