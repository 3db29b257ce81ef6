import { badBody } from '../caspio-error.js'
import type { FieldDefinition } from './field.js'
import { ALPHABETS } from './generated-values.js'

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  'RANDOM ID': Object.keys(ALPHABETS),
  'PREFIXED AUTONUMBER': ['1', '01', '001', '0001', '00001', '000001', '0000001'],
}

/**
 * Checks what a RANDOM ID or PREFIXED AUTONUMBER is made of. The format may be empty.
 * @throws CaspioError for what the contract does not allow
 */
export function checkFormat({ Type, Format, Prefix, Length }: FieldDefinition): void {
  const formats = FORMATS[Type]
  if (formats === undefined) return
  if (Format !== '' && !formats.includes(Format)) {
    throw badBody(`The Format of a ${Type} must be one of ${formats.join(', ')}.`)
  }
  if (Prefix.length >= 50) throw badBody('Prefix must have less than 50 characters.')
  const min = Format === '0' ? 8 : 6
  if (Type === 'RANDOM ID' && (Length < min || Length > 12)) {
    throw badBody(`Length must be from ${min} to 12.`)
  }
}
