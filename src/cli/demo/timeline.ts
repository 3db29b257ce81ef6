import type { Colour, Paint } from '../colours.js'
import type { Output } from '../io.js'
import { printText, widthOf, wrap } from '../text.js'

const STAMP_WIDTH = 11
const LABEL_WIDTH = 42
const CELL_WIDTH = 8
const NARROW = 60
const NARROW_INDENT = 4

/** Prints chapters, lines with a time stamp, and whether each expectation is met. */
export interface Timeline {
  title(text: string): void
  chapter(text: string): void
  /** What the demo does or sees. */
  note(text: string): void
  /** What the plugin reports. */
  event(text: string): void
  expect(what: string, isMet: boolean): void
  fail(what: string): void
  /** A line without a time stamp. */
  plain(text: string): void
  /** Code to copy, which is never wrapped. */
  code(line: string): void
  /** A row of a table. */
  row(label: string, cells: readonly (string | number | undefined)[]): void
  failures(): number
}

/** Creates a timeline that starts now. */
export function createTimeline(stream: Output, paint: Paint): Timeline {
  const started = performance.now()
  const width = widthOf(stream)
  let chapters = 0
  let failures = 0

  const printHeading = (text: string) =>
    stream.write(
      `${wrap(text, width)
        .map((line) => paint('bold', line))
        .join('\n')}\n`,
    )

  function print(mark: string, text: string, colour?: Colour): void {
    const stamp = `${(performance.now() - started).toFixed(0).padStart(6)} ms`
    const prefix = STAMP_WIDTH + mark.length
    const [first, ...rest] = wrap(text, width, width < NARROW ? NARROW_INDENT : prefix, prefix)
    stream.write(`${paint('dim', stamp)}  ${paint(colour, `${mark}${first}`)}\n`)
    for (const line of rest) stream.write(`${paint(colour, line)}\n`)
  }

  function fail(what: string): void {
    failures += 1
    print('✗ ', what, 'red')
  }

  return {
    title: printHeading,
    chapter(text) {
      chapters += 1
      stream.write('\n')
      printHeading(`${chapters}. ${text}`)
    },
    note: (text) => print('', text),
    event: (text) => print('· ', text, 'cyan'),
    expect: (what, isMet) => (isMet ? print('✓ ', what, 'green') : fail(`expected: ${what}`)),
    fail,
    plain: (text) => printText(stream, text),
    code: (line) => stream.write(`\n  ${line}\n`),
    row(label, cells) {
      const columns = cells.map((cell) => `${cell}`.padStart(CELL_WIDTH)).join('')
      const room = Math.min(LABEL_WIDTH, width - columns.length)
      const lines = wrap(label, room, 2)
      const last = `${lines.pop()}`.padEnd(room) + columns
      stream.write(`${[...lines, last].join('\n')}\n`)
    },
    failures: () => failures,
  }
}
