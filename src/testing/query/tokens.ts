import { badQuery, type CaspioError } from '../caspio-error.js'

/** The text of one parameter. Its name is for errors. */
export interface Source {
  parameter: string
  text: string
}

/** A piece of the text. `at` is where it begins. */
export interface Token {
  kind: 'word' | 'name' | 'text' | 'number' | 'symbol' | 'end'
  /** A word as written, a name without its brackets, a text without its quotes. */
  value: string
  at: number
}

const EXCERPT_LENGTH = 40

/** The error for a mistake at a position in a parameter. */
export function queryError({ parameter, text }: Source, at: number, problem: string): CaspioError {
  const rest = text.slice(at)
  const excerpt = rest.length > EXCERPT_LENGTH ? `${rest.slice(0, EXCERPT_LENGTH)}…` : rest
  const place = excerpt === '' ? 'at its end' : `at position ${at + 1}, near "${excerpt}"`
  return badQuery(`${parameter} is wrong ${place}: ${problem}`)
}

const PATTERNS = [
  ['number', /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy],
  ['word', /[\p{L}_@#][\p{L}\p{N}_@#$]*/uy],
  ['symbol', /<>|!=|<=|>=|!<|!>|[=<>(),*+\-./%]/y],
] as const

const CLOSING: Record<string, string> = { "'": "'", '"': '"', '[': ']' }
const WHITE_SPACE = /\s*/y

/**
 * Splits a text of T-SQL. The last token is the end.
 * @throws CaspioError for a character that is not known, and for a quote that is never closed
 */
export function tokenize(source: Source): Token[] {
  const tokens: Token[] = []
  let at = skipWhiteSpace(source.text, 0)
  while (at < source.text.length) {
    const { token, end } = readToken(source, at)
    tokens.push(token)
    at = skipWhiteSpace(source.text, end)
  }
  return [...tokens, { kind: 'end', value: '', at }]
}

function skipWhiteSpace(text: string, at: number): number {
  WHITE_SPACE.lastIndex = at
  WHITE_SPACE.test(text)
  return WHITE_SPACE.lastIndex
}

function readToken(source: Source, at: number): { token: Token; end: number } {
  const { text } = source
  // N'…' is a Unicode text. Here each text is one.
  const start = /^n'/i.test(text.slice(at, at + 2)) ? at + 1 : at
  const closing = CLOSING[text.charAt(start)]
  if (closing !== undefined) {
    const { value, end } = readQuoted(source, start, closing)
    return { token: { kind: closing === "'" ? 'text' : 'name', value, at }, end }
  }
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at
    const [value] = pattern.exec(text) ?? []
    if (value !== undefined) return { token: { kind, value, at }, end: at + value.length }
  }
  throw queryError(source, at, 'the stand-in account does not support this character.')
}

/** Reads up to the closing quote or bracket. Doubled, it is part of the value. */
function readQuoted(source: Source, start: number, closing: string) {
  let value = ''
  let at = start + 1
  while (true) {
    const end = source.text.indexOf(closing, at)
    if (end < 0) throw queryError(source, start, `the closing ${closing} is missing.`)
    value += source.text.slice(at, end)
    if (source.text.charAt(end + 1) !== closing) return { value, end: end + 1 }
    value += closing
    at = end + 2
  }
}
