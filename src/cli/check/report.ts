import { createPaint } from '../colours.js'
import type { Io } from '../io.js'
import { counted, printText, widthOf, wrap } from '../text.js'
import { type Calls, STEPS, type Step } from './step.js'

/** Reports the steps. */
export interface Report {
  add(step: Step): void
  /** Reports the steps that were not run, and the calls. Returns whether all steps passed. */
  end(calls: Calls): boolean
}

const COLUMN = 8
const INDENT = 2 * COLUMN
const NARROW = 60
const NARROW_INDENT = 4

export function createReport(io: Io, isJson: boolean): Report {
  return isJson ? createJsonReport(io) : createTextReport(io)
}

function createJsonReport({ stdout }: Io): Report {
  const steps: Step[] = []
  return {
    add: (step) => steps.push(step),
    end(calls) {
      const ok = haveAllPassed(steps)
      stdout.write(`${JSON.stringify({ ok, steps, calls }, null, 2)}\n`)
      return ok
    },
  }
}

function createTextReport({ stdout, env }: Io): Report {
  const paint = createPaint(stdout, env)
  const width = widthOf(stdout)
  const indent = width < NARROW ? NARROW_INDENT : INDENT
  const steps: Step[] = []

  function indented(text: string): string[] {
    const [first, ...rest] = wrap(text, width, indent)
    return [' '.repeat(indent) + first, ...rest]
  }

  return {
    add(step) {
      steps.push(step)
      const { name, ok, message, advice } = step
      const outcome = ok
        ? paint('green', 'ok'.padEnd(COLUMN))
        : paint('red', 'failed'.padEnd(COLUMN))
      const [first, ...rest] = wrap(message, width, indent, INDENT)
      const lines = [
        `${outcome}${name.padEnd(COLUMN)}${first}`.trimEnd(),
        ...rest,
        ...advice.flatMap((sentence) => indented(sentence)),
      ]
      stdout.write(`${lines.join('\n')}\n`)
    },
    end({ token, api }) {
      const failures = steps.filter((step) => !step.ok).map(({ name }) => name)
      const notRun = STEPS.slice(steps.length)
      if (notRun.length > 0) {
        const lines = wrap(`not run: ${notRun.join(', ')}`, width, COLUMN)
        stdout.write(`${'-'.padEnd(COLUMN)}${lines.join('\n')}\n`)
      }
      const ok = haveAllPassed(steps)
      const verdict = ok
        ? paint('green', 'All steps passed.')
        : paint('red', `Failed: ${failures.join(', ')}.`)
      stdout.write(`\n${verdict}\n`)
      const bill = `${counted(token, 'token request')}, ${counted(api, 'API call')}`
      printText(stdout, `Calls that Caspio may bill: ${bill}.`)
      return ok
    },
  }
}

function haveAllPassed(steps: readonly Step[]): boolean {
  return steps.every(({ ok }) => ok)
}
