import { badBody } from '../caspio-error.js'
import type { FieldDefinition } from './field.js'
import { isRow } from './row.js'

/** How many characters Caspio's Text (255) and Text (64000) hold. */
export const MAX_STRING_LENGTH = 255
const MAX_TEXT_LENGTH = 64_000

/** Each returns undefined for a value that its type cannot hold. */
const CONVERTERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  STRING: (value) => toText(value, MAX_STRING_LENGTH),
  INTEGER: toInteger,
  AUTONUMBER: toInteger,
  NUMBER: toNumber,
  CURRENCY: toNumber,
  'YES/NO': toYesNo,
  'DATE/TIME': toDateTime,
  TIMESTAMP: toDateTime,
  'LIST-STRING': toList,
  'LIST-NUMBER': toList,
  'LIST-DATE/TIME': toList,
}

/**
 * Returns a value in the form in which a field of its type stores it.
 * @throws CaspioError if the field cannot hold it
 */
export function convertValue({ Name, Type }: FieldDefinition, value: unknown): unknown {
  if (value === null || value === undefined) return null
  const convert = CONVERTERS[Type]
  const converted = convert ? convert(value) : toText(value, MAX_TEXT_LENGTH)
  if (converted !== undefined) return converted
  throw badBody(`The field '${Name}' cannot hold this value: its type is ${Type}.`)
}

function toText(value: unknown, maxLength: number): string | undefined {
  const text = isRow(value) || Array.isArray(value) ? undefined : String(value)
  return text !== undefined && text.length <= maxLength ? text : undefined
}

function toNumber(value: unknown): number | undefined {
  const isText = typeof value === 'string' && value.trim() !== ''
  const number = isText || typeof value === 'number' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

function toInteger(value: unknown): number | undefined {
  const number = toNumber(value)
  return Number.isInteger(number) ? number : undefined
}

function toYesNo(value: unknown): boolean | undefined {
  if (/^(?:true|yes|1)$/i.test(String(value))) return true
  return /^(?:false|no|0)$/i.test(String(value)) ? false : undefined
}

const ISO_DATE = /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?)?$/
const US_DATE = /^(\d\d?)\/(\d\d?)\/(\d{4})(?: (\d\d?):(\d\d)(?::(\d\d))?)?$/

/** Caspio stores no time zone and no fraction of a second. Undefined if the value is not a date. */
export function toDateTime(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const iso = ISO_DATE.exec(value)
  const us = US_DATE.exec(value)
  const [year, month, day, ...time] = iso
    ? iso.slice(1)
    : [us?.[3], us?.[1], us?.[2], ...(us?.slice(4) ?? [])]
  const two = (text = '0') => text.padStart(2, '0')
  const text = `${year}-${two(month)}-${two(day)}T${[0, 1, 2].map((i) => two(time[i])).join(':')}`
  // Date would turn 31 February into 3 March.
  const date = new Date(`${text}Z`)
  return Number.isNaN(+date) || !date.toISOString().startsWith(text) ? undefined : text
}

/** A list is stored as an object that numbers its items. */
function toList(value: unknown): unknown {
  if (Array.isArray(value)) {
    return Object.fromEntries(value.map((item, index) => [index + 1, item]))
  }
  return isRow(value) ? value : undefined
}

/** A point in time in the form of a DATE/TIME field, in UTC. */
export function dateTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}
