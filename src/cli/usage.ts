import { type CallRow, type CallSummary, summariseCalls } from '../metering/index.js'
import { readOptions, UsageError } from './arguments.js'
import type { Io } from './io.js'
import { widthOf } from './text.js'
import { describeUsage } from './usage/describe-usage.js'
import { readFileRows } from './usage/file-rows.js'
import { readRedisRows } from './usage/redis-rows.js'

const OPTIONS = {
  redis: { type: 'string' },
  file: { type: 'string' },
  name: { type: 'string', default: 'caspio-calls' },
  'time-zone': { type: 'string', default: 'UTC' },
  'billing-day': { type: 'string', default: '1' },
  plan: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Shows the calls of the current billing period that the meters of a fleet have written. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const {
    redis,
    file,
    name,
    plan: planText,
    json,
    ...billing
  } = readOptions('usage', args, OPTIONS)
  const plan = planText === undefined ? undefined : readPlan(planText)
  const rows = await readRows(redis, file, name)
  const summary = summarise(rows, billing['time-zone'], Number(billing['billing-day']))
  const text = json
    ? JSON.stringify({ ...summary, ...(plan && { plan }) }, undefined, 2)
    : describeUsage(summary, plan, widthOf(io.stdout))
  io.stdout.write(`${text}\n`)
  return 0
}

async function readRows(
  redis: string | undefined,
  file: string | undefined,
  name: string,
): Promise<CallRow[]> {
  if (redis !== undefined && file === undefined) return readRedisRows(redis, name)
  if (file !== undefined && redis === undefined) return readFileRows(file)
  throw new UsageError('usage needs either --redis URL or --file FILE')
}

function summarise(rows: CallRow[], timeZone: string, billingDay: number): CallSummary {
  try {
    return summariseCalls(rows, { timeZone, billingDay })
  } catch (error) {
    const reason = (error as Error).message.replace(/^.*: (\w+)/, (_, option) =>
      option === 'timeZone' ? '--time-zone' : '--billing-day',
    )
    throw new UsageError(reason)
  }
}

function readPlan(text: string): number {
  const plan = Number(text.replaceAll(/[,_]/g, ''))
  if (!Number.isSafeInteger(plan) || plan < 1) {
    throw new UsageError('--plan must be a number of calls, at least 1')
  }
  return plan
}
