import { printable } from '../../lib/redact.js'
import type { CallCount, CallSummary } from '../../metering/index.js'
import { wrap } from '../text.js'

const LONGEST_BAR = 40
const MOST_RESOURCES = 20
const GAP = '  '
const NOTHING_WRITTEN =
  'No process has written a call in this period yet. A meter writes after every 250 calls (writeEvery), and at flush() and close().'

/** Draws a table of the days and one of the resources, and says what the period will have. */
export function describeUsage(
  { period, calls, byDay, byResource, projected }: CallSummary,
  plan: number | undefined,
  width: number,
): string {
  const title = `Calls to Caspio from ${period.from} to ${period.to}`
  if (calls.upper === 0) return [title, wrap(NOTHING_WRITTEN, width).join('\n')].join('\n\n')
  const total = `${spell(calls)} ${calls.upper === 1 ? 'call' : 'calls'} so far.`
  const share = plan
    ? `: ${percent(projected.upper, plan)} of the ${spellNumber(plan)} in your plan`
    : ''
  const projection = `At this pace, you will make ${spell(projected)} calls in this period${share}.`
  return [
    title,
    table('Day', Object.entries(byDay), width),
    table('Resource', busiest(byResource), width),
    wrap(`${total} ${projection}`, width).join('\n'),
  ].join('\n\n')
}

type Line = readonly [name: string, count: CallCount]

/** The resources with the most calls, and one line for the rest. */
function busiest(byResource: CallSummary['byResource']): Line[] {
  const sorted = Object.entries(byResource).sort(([, a], [, b]) => b.upper - a.upper)
  const rest = sorted.splice(MOST_RESOURCES)
  const add = (bound: keyof CallCount) => rest.reduce((sum, [, count]) => sum + count[bound], 0)
  return rest.length > 0
    ? [...sorted, [`${rest.length} more`, { lower: add('lower'), upper: add('upper') }]]
    : sorted
}

function table(title: string, lines: readonly Line[], width: number): string {
  const most = Math.max(...lines.map(([, { upper }]) => upper))
  const rows = [
    [title, 'Calls'],
    ...lines.map(([name, count]) => [printable(name), spell(count)]),
  ] as const
  const [names, counts] = [0, 1].map((column) =>
    Math.max(...rows.map((row) => `${row[column]}`.length)),
  ) as [number, number]
  const room = Math.min(LONGEST_BAR, width - names - counts - 2 * GAP.length)
  return rows
    .map(([name, count], index) => {
      const upper = lines[index - 1]?.[1].upper ?? 0
      const bar = '█'.repeat(Math.max(0, Math.ceil((room * upper) / most)))
      return `${`${name}`.padEnd(names)}${GAP}${`${count}`.padStart(counts)}${GAP}${bar}`.trimEnd()
    })
    .join('\n')
}

/** `1,204`, or `1,204–1,210` if the bounds differ. */
function spell({ lower, upper }: CallCount): string {
  return lower === upper ? spellNumber(upper) : `${spellNumber(lower)}–${spellNumber(upper)}`
}

function spellNumber(number: number): string {
  return number.toLocaleString('en-US')
}

function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)}%`
}
