import { commandLineOfCheck, readOptions } from './arguments.js'
import { createPaint } from './colours.js'
import { readCredentials } from './credentials.js'
import { showOnRealAccount } from './demo/real-account.js'
import { showOnStandIn } from './demo/stand-in.js'
import { createTimeline, type Timeline } from './demo/timeline.js'
import { readEnvironment } from './environment.js'
import type { Io } from './io.js'
import { requireSupportedAxios } from './supported-axios.js'

const OPTIONS = {
  real: { type: 'boolean', default: false },
  dotenv: { type: 'string' },
} as const

/** Shows the plugin at work as a timeline, and checks that it does what the timeline says. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  requireSupportedAxios()
  const { real, dotenv } = readOptions('demo', args, OPTIONS)
  const timeline = createTimeline(io.stdout, createPaint(io.stdout, io.env))
  try {
    await (real ? showReal(timeline, io, dotenv) : showOnStandIn(timeline))
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException
    timeline.fail(`${code ?? name}: ${message}`)
  }
  const failures = timeline.failures()
  timeline.plain('')
  if (failures > 0) timeline.plain(`The demo failed: see the lines with ✗ (${failures}).`)
  if (!real) showStepAfterStandIn(timeline)
  else if (failures > 0) showStepAfterFailure(timeline, dotenv)
  else showStepAfterRealAccount(timeline)
  return failures > 0 ? 1 : 0
}

async function showReal(timeline: Timeline, io: Io, file: string | undefined): Promise<void> {
  const { env } = await readEnvironment(io.env, file)
  await showOnRealAccount(timeline, readCredentials(env, file))
}

function showStepAfterStandIn(timeline: Timeline): void {
  timeline.plain(
    'Next: check your own three values. Write CASPIO_CLIENT_ID, CASPIO_CLIENT_SECRET and CASPIO_TOKEN_ENDPOINT_URL to a file named .env, and run:',
  )
  timeline.code(commandLineOfCheck('.env'))
}

function showStepAfterFailure(timeline: Timeline, file: string | undefined): void {
  timeline.plain('Next: find out what is wrong with your values:')
  timeline.code(commandLineOfCheck(file))
}

function showStepAfterRealAccount(timeline: Timeline): void {
  timeline.plain('Next: attach the plugin in your own code, once, at start-up:')
  timeline.code('attachCaspioAuth(axios, credentialsFromEnv())')
}
