import { WriteStream } from 'node:tty'
import { describe, expect, it } from 'vitest'
import { createPaint } from '../../src/cli/colours.js'
import type { Environment, Output } from '../../src/cli/io.js'

const terminal: Output = {
  write() {},
  isTTY: true,
  getColorDepth: (env) => WriteStream.prototype.getColorDepth.call(null, env),
}
const pipe: Output = { write() {} }
const TERM = { TERM: 'xterm-256color' }

describe('createPaint', () => {
  it.each<[string, boolean, Output, Environment]>([
    ['a terminal', true, terminal, TERM],
    ['a terminal with NO_COLOR', false, terminal, { ...TERM, NO_COLOR: '1' }],
    ['a terminal with NODE_DISABLE_COLORS', false, terminal, { ...TERM, NODE_DISABLE_COLORS: '1' }],
    ['a dumb terminal', false, terminal, { TERM: 'dumb' }],
    ['a terminal of unknown colour depth', false, { write() {}, isTTY: true }, TERM],
    ['a pipe', false, pipe, TERM],
    ['a pipe with FORCE_COLOR', true, pipe, { FORCE_COLOR: '1' }],
    ['a pipe with an empty FORCE_COLOR', true, pipe, { FORCE_COLOR: '' }],
    ['a pipe with FORCE_COLOR and NO_COLOR', true, pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }],
    ['a terminal with FORCE_COLOR=0', false, terminal, { ...TERM, FORCE_COLOR: '0' }],
  ])('%s: %s', (_, isColoured, stream, env) => {
    const paint = createPaint(stream, env)
    expect(paint('red', 'text')).toBe(isColoured ? '\x1b[31mtext\x1b[0m' : 'text')
    expect(paint(undefined, 'text')).toBe('text')
  })
})
