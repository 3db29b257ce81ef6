import { createPaint } from '../colours.js'
import type { Io } from '../io.js'
import { wrap } from '../wrap.js'
import { type Calls, STEPS, type Step } from './step.js'

/** Tells of the steps. */
export interface Report {
  add(step: Step): void
  /** Tells of what was not tried, and of the calls; and whether all is well. */
  end(calls: Calls): boolean
}

const WIDTH = 100
const INDENT = ' '.repeat(16)

export function createReport(io: Io, isJson: boolean): Report {
  return isJson ? createJsonReport(io) : createTextReport(io)
}

function createJsonReport({ stdout }: Io): Report {
  const steps: Step[] = []
  return {
    add: (step) => steps.push(step),
    end(calls) {
      const ok = isAllWell(steps)
      stdout.write(`${JSON.stringify({ ok, steps, calls }, null, 2)}\n`)
      return ok
    },
  }
}

function createTextReport({ stdout, env }: Io): Report {
  const paint = createPaint(stdout, env)
  const steps: Step[] = []

  function print(text: string): void {
    for (const line of wrap(text, WIDTH - INDENT.length)) stdout.write(`${INDENT}${line}\n`)
  }

  return {
    add(step) {
      steps.push(step)
      const { name, ok, message, advice } = step
      const word = ok ? paint('green', 'ok'.padEnd(8)) : paint('red', 'failed'.padEnd(8))
      const [first, ...rest] = wrap(message, WIDTH - INDENT.length)
      stdout.write(`${word}${name.padEnd(8)}${first}\n`)
      if (rest.length > 0) print(rest.join(' '))
      for (const sentence of advice) print(sentence)
    },
    end({ token, api }) {
      const ok = isAllWell(steps)
      const left = STEPS.slice(steps.length)
      if (left.length > 0) stdout.write(`${'-'.padEnd(8)}not tried: ${left.join(', ')}\n`)
      const names = steps.filter((step) => !step.ok).map(({ name }) => name)
      const verdict = ok
        ? paint('green', 'All is well.')
        : paint('red', `Failed: ${names.join(', ')}.`)
      stdout.write(`\n${verdict} Billed calls: ${token} for tokens, ${api} of the API.\n`)
      return ok
    },
  }
}

function isAllWell(steps: readonly Step[]): boolean {
  return steps.every(({ ok }) => ok)
}
