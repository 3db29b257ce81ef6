import { readOptions } from './arguments.js'
import { createPaint } from './colours.js'
import { readCredentials } from './credentials.js'
import { showOnRealAccount } from './demo/real-account.js'
import { showOnStandIn } from './demo/stand-in.js'
import { createTimeline, type Timeline } from './demo/timeline.js'
import { readEnvironment } from './environment.js'
import type { Io } from './io.js'

const OPTIONS = {
  real: { type: 'boolean', default: false },
  'env-file': { type: 'string' },
} as const

/** Shows the plugin at work as a timeline, and looks whether it does what it is to do. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { real, 'env-file': file } = readOptions('demo', args, OPTIONS)
  const timeline = createTimeline(io.stdout, createPaint(io.stdout, io.env))
  try {
    await (real ? showReal(timeline, io, file) : showOnStandIn(timeline))
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException
    timeline.fail(`${code ?? name}: ${message}`)
  }
  const failures = timeline.failures()
  if (failures > 0) timeline.plain(`\nThe demo failed: see the lines with ✗ (${failures}).`)
  return failures > 0 ? 1 : 0
}

async function showReal(timeline: Timeline, io: Io, file: string | undefined): Promise<void> {
  const { env } = await readEnvironment(io.env, file)
  await showOnRealAccount(timeline, readCredentials(env, file))
}
