import type { CaspioError } from '../caspio-error.js'
import { isReserved } from './reserved-words.js'
import { queryError, type Source, type Token, tokenize } from './tokens.js'

/** Far less than Node's stack can take. */
const MAX_DEPTH = 500

/** Reads the tokens of one parameter from left to right. */
export class TokenReader {
  readonly #source: Source
  readonly #tokens: readonly Token[]
  #index = 0
  #depth = 0

  /** @throws CaspioError if the text cannot be split into tokens */
  constructor(source: Source) {
    this.#source = source
    this.#tokens = tokenize(source)
  }

  /** The token that {@link take} takes. */
  get next(): Token {
    return this.#tokens[this.#index] as Token
  }

  take(): Token {
    const token = this.next
    this.#index += 1
    return token
  }

  isWord(word: string): boolean {
    return this.next.kind === 'word' && this.next.value.toUpperCase() === word
  }

  isSymbol(symbol: string): boolean {
    return this.next.kind === 'symbol' && this.next.value === symbol
  }

  /** Whether a function of this name comes next. */
  isCallOf(name: string): boolean {
    const following = this.#tokens[this.#index + 1]
    return this.isWord(name) && following?.kind === 'symbol' && following.value === '('
  }

  /** Takes the next token if it is this word or symbol. */
  takeIf(text: string): boolean {
    const matches = this.isWord(text) || this.isSymbol(text)
    if (matches) this.take()
    return matches
  }

  /** @throws CaspioError if the next token is not this word or symbol */
  expect(text: string): void {
    if (!this.takeIf(text)) throw this.error(`${text} is expected here.`)
  }

  /** @throws CaspioError unless the next token is a name: a word that SQL does not reserve */
  takeName(what: string): Token {
    const { kind, value } = this.next
    if (kind === 'name' || (kind === 'word' && !isReserved(value))) return this.take()
    const advice =
      kind === 'word' ? ` ${value} is a reserved word: as a name, write [${value}].` : ''
    throw this.error(`${what} is expected here.${advice}`)
  }

  /** @throws CaspioError unless all tokens are taken */
  expectEnd(): void {
    if (this.next.kind !== 'end') throw this.error('this is not expected here.')
  }

  /**
   * Reads what is nested in parentheses.
   * @throws CaspioError if the parentheses are too deep
   */
  nested<T>(read: () => T): T {
    if (this.#depth === MAX_DEPTH) throw this.error(`more than ${MAX_DEPTH} nested parentheses.`)
    this.#depth += 1
    const value = read()
    this.#depth -= 1
    return value
  }

  /** The error for a mistake at the next token, or at a place before it. */
  error(problem: string, at = this.next.at): CaspioError {
    const isArithmetic = at === this.next.at && /^[+\-*/%]$/.test(this.next.value)
    const advice = isArithmetic ? ' The stand-in account does not support arithmetic.' : ''
    return queryError(this.#source, at, problem + advice)
  }
}
