import { inMilliseconds, oneOf, readOptions } from './arguments.js'
import { examine } from './check/examine.js'
import { createReport } from './check/report.js'
import type { Calls } from './check/step.js'
import { readEnvironment } from './environment.js'
import type { Io } from './io.js'

const OPTIONS = {
  'env-file': { type: 'string' },
  timeout: { type: 'string', default: '10' },
  'client-authentication': { type: 'string', default: 'basic' },
  json: { type: 'boolean', default: false },
} as const

/** Goes from the values to the API, and says at each step whether it works. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = readOptions('check', args, OPTIONS)
  const clientAuthentication = oneOf('--client-authentication', options['client-authentication'], [
    'basic',
    'body',
  ])
  const timeout = inMilliseconds('--timeout', options.timeout)
  const values = await readEnvironment(io.env, options['env-file'])
  const calls: Calls = { token: 0, api: 0, refreshTokens: 0 }
  const report = createReport(io, options.json)
  for await (const step of examine(values, { clientAuthentication, timeout }, calls)) {
    report.add(step)
  }
  return report.end(calls) ? 0 : 1
}
