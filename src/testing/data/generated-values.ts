import { randomInt, randomUUID } from 'node:crypto'
import type { Row } from '../query/types.js'
import type { FieldDefinition } from './field.js'
import { dateTime } from './field-values.js'

const DIGITS = '0123456789'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** The characters of a RANDOM ID, by its `Format`. */
export const ALPHABETS: Readonly<Record<string, string>> = {
  0: DIGITS,
  U: LETTERS,
  '0U': DIGITS + LETTERS,
}

/**
 * The values that the account itself writes into a new row.
 * @param number what an autonumber field gets
 */
export function generatedOnInsert(fields: readonly FieldDefinition[], number: number): Row {
  const values = fields.map((field) => [field.Name, generate(field, number)])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

function generate({ Type, Format, Prefix, Length, OnInsert }: FieldDefinition, number: number) {
  switch (Type) {
    case 'AUTONUMBER':
      return number
    case 'PREFIXED AUTONUMBER':
      return Prefix + String(number).padStart(Format.length, '0')
    case 'RANDOM ID':
      return Prefix + randomText(ALPHABETS[Format] ?? DIGITS, Length)
    case 'GUID':
      return randomUUID()
    case 'TIMESTAMP':
      return OnInsert ? dateTime(Date.now()) : undefined
    default:
      return undefined
  }
}

/** The highest number in the autonumber fields of a row. */
export function highestAutonumber(fields: readonly FieldDefinition[], row: Row): number {
  const numbered = fields.filter(({ Type }) => /AUTONUMBER$/.test(Type))
  return Math.max(0, ...numbered.map(({ Name }) => Number(/\d*$/.exec(`${row[Name]}`))))
}

/** The values that the account itself writes into a row that changes. */
export function generatedOnUpdate(fields: readonly FieldDefinition[]): Row {
  const stamps = fields.filter(({ Type, OnUpdate }) => Type === 'TIMESTAMP' && OnUpdate)
  return Object.fromEntries(stamps.map(({ Name }) => [Name, dateTime(Date.now())]))
}

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
