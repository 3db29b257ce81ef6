// Prints what examples/demo.mjs shows: chapters, lines stamped with the time, and what was expected.

const WIDTH = 100
const STAMP_WIDTH = 11

/** A timeline that starts now. Colours are for terminals, unless NO_COLOR is set. */
export function createTimeline(stream = process.stdout) {
  const started = performance.now()
  const isColoured = stream.isTTY && !process.env.NO_COLOR
  const paint = (code, text) => (isColoured ? `\x1b[${code}m${text}\x1b[0m` : text)
  let chapters = 0
  let failures = 0

  function print(mark, text, colour) {
    const stamp = `${(performance.now() - started).toFixed(0).padStart(6)} ms`
    const [first, ...rest] = wrap(text, WIDTH - STAMP_WIDTH - mark.length)
    stream.write(`${paint(2, stamp)}  ${paint(colour, mark + first)}\n`)
    const indent = ' '.repeat(STAMP_WIDTH + mark.length)
    for (const line of rest) stream.write(`${indent}${paint(colour, line)}\n`)
  }

  function fail(what) {
    failures += 1
    print('✗ ', what, 31)
  }

  return {
    title: (text) => stream.write(`${paint(1, text)}\n`),
    chapter(text) {
      chapters += 1
      stream.write(`\n${paint(1, `${chapters}. ${text}`)}\n`)
    },
    /** What the demo does, or sees. */
    tell: (text) => print('', text, 0),
    /** What the plugin reports. */
    event: (text) => print('· ', text, 36),
    expect: (what, holds) => (holds ? print('✓ ', what, 32) : fail(`expected: ${what}`)),
    fail,
    /** What does not fit the stamped lines, such as a table. */
    plain: (text) => stream.write(`${text}\n`),
    failures: () => failures,
  }
}

function wrap(text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line && line.length + word.length >= width) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines
}
