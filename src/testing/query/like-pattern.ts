import { compareKeys, foldCase } from './text.js'

/** A part of a pattern between two `%`. Each of its characters stands for one character. */
type Segment = Character[]
type Character = string | CharacterTest
type CharacterTest = (character: string) => boolean

/**
 * Makes the test of a LIKE pattern, with `%`, `_` and `[…]` as in T-SQL. It takes each part between
 * two `%` where it first finds it, and never goes back, so that no pattern takes exponential time.
 * @param escapedBy the character that makes the next one an ordinary character
 * @param makeError makes the error for brackets that are not closed, or are empty
 */
export function compilePattern(
  pattern: string,
  escapedBy: string | undefined,
  makeError: (problem: string) => Error,
): (text: string) => boolean {
  const reader = new PatternReader(foldCase(pattern), escapedBy && foldCase(escapedBy), makeError)
  const segments = reader.read()
  // SQL Server: a pattern that ends with the escape character matches nothing.
  if (segments === undefined) return () => false
  const middle = segments.map(compileSegment)
  const first = middle.shift() as CompiledSegment
  const last = middle.pop()
  return (text) => {
    const folded = foldCase(text)
    if (last === undefined) return folded.length === first.length && first.matchesAt(folded, 0)
    const end = folded.length - last.length
    let at = first.matchesAt(folded, 0) ? first.length : -1
    for (const segment of middle) {
      if (at >= 0) at = segment.findEnd(folded, at)
    }
    return at >= 0 && at <= end && last.matchesAt(folded, end)
  }
}

interface CompiledSegment {
  length: number
  matchesAt(text: string, at: number): boolean
  /** Returns where the first match ends that begins at `from` or later, or -1. */
  findEnd(text: string, from: number): number
}

function compileSegment(segment: Segment): CompiledSegment {
  const { length } = segment
  if (segment.every((character) => typeof character === 'string')) {
    const literal = segment.join('')
    const findEnd = (text: string, from: number) => {
      const at = text.indexOf(literal, from)
      return at < 0 ? -1 : at + length
    }
    return { length, matchesAt: (text, at) => text.startsWith(literal, at), findEnd }
  }
  const matchesAt = (text: string, at: number) =>
    at + length <= text.length &&
    segment.every((character, index) => {
      const actual = text.charAt(at + index)
      return typeof character === 'string' ? character === actual : character(actual)
    })
  const findEnd = (text: string, from: number) => {
    for (let at = from; at + length <= text.length; at += 1) {
      if (matchesAt(text, at)) return at + length
    }
    return -1
  }
  return { length, matchesAt, findEnd }
}

/** Reads a pattern from left to right. */
class PatternReader {
  readonly #pattern: string
  readonly #escapedBy: string | undefined
  readonly #makeError: (problem: string) => Error
  #at = 0

  constructor(
    pattern: string,
    escapedBy: string | undefined,
    makeError: (problem: string) => Error,
  ) {
    this.#pattern = pattern
    this.#escapedBy = escapedBy
    this.#makeError = makeError
  }

  /** Returns `undefined` if the escape character comes last. */
  read(): Segment[] | undefined {
    let segment: Segment = []
    const segments = [segment]
    while (this.#at < this.#pattern.length) {
      const character = this.#take()
      if (character === this.#escapedBy) {
        if (this.#at === this.#pattern.length) return undefined
        segment.push(this.#take())
      } else if (character === '%') {
        segment = []
        segments.push(segment)
      } else if (character === '_') segment.push(() => true)
      else segment.push(character === '[' ? this.#readClass() : character)
    }
    return segments
  }

  #take(): string {
    const character = this.#pattern.charAt(this.#at)
    this.#at += 1
    return character
  }

  /** Reads the rest of `[…]`: characters and ranges, after `^` those that do not match. */
  #readClass(): CharacterTest {
    const isNegated = this.#pattern.charAt(this.#at) === '^'
    if (isNegated) this.#at += 1
    const ranges: [from: string, to: string][] = []
    let character = this.#takeOfClass()
    while (character !== undefined) {
      const from = character
      const isRange = /^-[^\]]/.test(this.#pattern.slice(this.#at, this.#at + 2))
      if (isRange) this.#at += 1
      ranges.push([from, (isRange ? this.#takeOfClass() : undefined) ?? from])
      character = this.#takeOfClass()
    }
    if (ranges.length === 0) throw this.#makeError('the brackets in the pattern are empty.')
    return (actual) =>
      isNegated !==
      ranges.some(([from, to]) => compareKeys(from, actual) <= 0 && compareKeys(actual, to) <= 0)
  }

  /** Returns `undefined` for the bracket that closes the class. */
  #takeOfClass(): string | undefined {
    const character = this.#take()
    if (character === ']') return undefined
    const taken = character === this.#escapedBy ? this.#take() : character
    if (taken === '') throw this.#makeError('a bracket of the pattern is not closed.')
    return taken
  }
}
