import type { Colour, Paint } from '../colours.js'
import type { Output } from '../io.js'
import { wrap } from '../wrap.js'

const WIDTH = 100
const STAMP_WIDTH = 11

/** Prints chapters, lines stamped with the time, and whether what was expected holds. */
export interface Timeline {
  title(text: string): void
  chapter(text: string): void
  /** What the demo does, or sees. */
  tell(text: string): void
  /** What the plugin reports. */
  event(text: string): void
  expect(what: string, holds: boolean): void
  fail(what: string): void
  /** What does not fit the stamped lines, such as a table. */
  plain(text: string): void
  failures(): number
}

/** A timeline that starts now. */
export function createTimeline(stream: Output, paint: Paint): Timeline {
  const started = performance.now()
  let chapters = 0
  let failures = 0

  function print(mark: string, text: string, colour?: Colour): void {
    const stamp = `${(performance.now() - started).toFixed(0).padStart(6)} ms`
    const [first, ...rest] = wrap(text, WIDTH - STAMP_WIDTH - mark.length)
    stream.write(`${paint('dim', stamp)}  ${paint(colour, `${mark}${first}`)}\n`)
    const indent = ' '.repeat(STAMP_WIDTH + mark.length)
    for (const line of rest) stream.write(`${indent}${paint(colour, line)}\n`)
  }

  function fail(what: string): void {
    failures += 1
    print('✗ ', what, 'red')
  }

  return {
    title: (text) => stream.write(`${paint('bold', text)}\n`),
    chapter(text) {
      chapters += 1
      stream.write(`\n${paint('bold', `${chapters}. ${text}`)}\n`)
    },
    tell: (text) => print('', text),
    event: (text) => print('· ', text, 'cyan'),
    expect: (what, holds) => (holds ? print('✓ ', what, 'green') : fail(`expected: ${what}`)),
    fail,
    plain: (text) => stream.write(`${text}\n`),
    failures: () => failures,
  }
}
