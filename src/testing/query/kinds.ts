import { parseDate } from './dates.js'

/** How values compare. A Yes/No is the number 1 or 0, and a date the milliseconds since 1970. */
export type Kind = 'text' | 'yesNo' | 'integer' | 'decimal' | 'float' | 'date'

/** If two kinds meet, SQL Server converts the value of the earlier kind to the later one. */
const PRECEDENCE: readonly Kind[] = ['text', 'yesNo', 'integer', 'decimal', 'float', 'date']

const KIND_OF_TYPE: ReadonlyMap<string, Kind> = new Map([
  ['STRING', 'text'],
  ['TEXT', 'text'],
  ['GUID', 'text'],
  ['RANDOM ID', 'text'],
  ['PREFIXED AUTONUMBER', 'text'],
  ['FILE', 'text'],
  ['YES/NO', 'yesNo'],
  ['AUTONUMBER', 'integer'],
  ['INTEGER', 'integer'],
  ['CURRENCY', 'decimal'],
  ['NUMBER', 'float'],
  ['DATE/TIME', 'date'],
  ['TIMESTAMP', 'date'],
])

/** Returns how the values of a field compare, or `undefined` if they cannot be compared. */
export function kindOfType(type: string): Kind | undefined {
  return KIND_OF_TYPE.get(type.toUpperCase())
}

/** Returns the kind in which two values compare, or `undefined` if they cannot be compared. */
export function commonKind(a: Kind, b: Kind): Kind | undefined {
  const [low, high] = PRECEDENCE.indexOf(a) < PRECEDENCE.indexOf(b) ? [a, b] : [b, a]
  return high === 'date' && low !== 'date' && low !== 'text' ? undefined : high
}

const NUMBERS: Record<'integer' | 'decimal' | 'float', RegExp> = {
  integer: /^[+-]?\d+$/,
  decimal: /^[+-]?(?:\d+\.?\d*|\.\d+)$/,
  float: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i,
}

/** Converts a stored value, or a text, as SQL Server does. Returns `undefined` if it cannot be converted. */
export function convert(value: unknown, kind: Kind): string | number | undefined {
  if (typeof value === 'boolean') return convert(Number(value), kind)
  if (typeof value === 'number') return convertNumber(value, kind)
  if (typeof value !== 'string') return undefined
  switch (kind) {
    case 'text':
      return value
    case 'date':
      return parseDate(value)
    case 'yesNo':
      return parseYesNo(value)
    default:
      return parseNumber(value, kind)
  }
}

function convertNumber(value: number, kind: Kind): string | number | undefined {
  if (kind === 'text') return String(value)
  if (kind === 'date') return undefined
  return kind === 'yesNo' ? Number(value !== 0) : value
}

function parseYesNo(text: string): number | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'true' || word === 'false') return Number(word === 'true')
  const number = parseNumber(text, 'integer')
  return number === undefined ? undefined : Number(number !== 0)
}

/** Reads a number. An empty text is 0, but not as a decimal number. */
function parseNumber(text: string, kind: 'integer' | 'decimal' | 'float'): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '' && kind !== 'decimal') return 0
  const value = NUMBERS[kind].test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** How errors call a kind. */
export const KIND_NAMES: Record<Kind, string> = {
  text: 'a string',
  yesNo: 'a Yes/No value',
  integer: 'a whole number',
  decimal: 'a number',
  float: 'a number',
  date: 'a date',
}
