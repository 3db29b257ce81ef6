import { badBody } from '../caspio-error.js'
import type { Field } from '../query/types.js'
import { isRow } from './row.js'

/** The types of fields, as v2 and v3 name them. */
export const FIELD_TYPES = [
  'STRING',
  'TEXT',
  'PASSWORD',
  'NUMBER',
  'INTEGER',
  'CURRENCY',
  'DATE/TIME',
  'YES/NO',
  'FILE',
  'ATTACHMENT',
  'LIST-STRING',
  'LIST-NUMBER',
  'LIST-DATE/TIME',
  'AUTONUMBER',
  'PREFIXED AUTONUMBER',
  'RANDOM ID',
  'GUID',
  'TIMESTAMP',
] as const

export type FieldType = (typeof FIELD_TYPES)[number]

const GENERATED = ['AUTONUMBER', 'PREFIXED AUTONUMBER', 'RANDOM ID', 'GUID', 'TIMESTAMP']

/** A field of a table. The names of its properties are those of the API. */
export interface FieldDefinition extends Field {
  /** Whether no two records may have the same value. */
  Unique: boolean
  /** Shown by the API. The account always allows nulls. */
  UniqueAllowNulls: boolean
  /** Shown by the API. */
  Label: string
  /** Shown by the API. */
  Description: string
  /** Has no effect. The API numbers the fields in their order. */
  DisplayOrder: number
  /** Whether a TIMESTAMP is written when a record is inserted. */
  OnInsert: boolean
  /** Whether a TIMESTAMP is written when a record changes. */
  OnUpdate: boolean
  /** Shown by the API. The account writes UTC. */
  TimeZone: string
  /** The format of a RANDOM ID or PREFIXED AUTONUMBER. */
  Format: string
  /** The prefix of a RANDOM ID or PREFIXED AUTONUMBER. */
  Prefix: string
  /** How many random characters a RANDOM ID has. */
  Length: number
  /** Whether the field is a formula. Its value is always null. */
  IsFormula: boolean
  /** The values of a list, shown by the API. */
  ListField: readonly string[]
  /** Which extensions a file may have. Empty allows all. */
  AttachmentPermittedFileTypes: readonly string[]
  /** The least size of a file, in bytes. */
  AttachmentMinFileSize: number
  /** The greatest size of a file, in bytes. 0 means no limit. */
  AttachmentMaxFileSize: number
  /** Shown by the API. */
  AttachmentSmartResizer: boolean
  /** Shown by the API. */
  AttachmentSmartResizerForRetina: boolean
  /** Shown by the API. */
  AttachmentAltText: string
  /** Shown by the API. */
  AttachmentTitle: string
}

const DEFAULTS: Readonly<FieldDefinition> = Object.freeze({
  Name: '',
  Type: 'STRING',
  Unique: false,
  UniqueAllowNulls: false,
  Label: '',
  Description: '',
  DisplayOrder: 0,
  OnInsert: false,
  OnUpdate: false,
  TimeZone: '',
  Format: '',
  Prefix: '',
  Length: 12,
  IsFormula: false,
  ListField: [],
  AttachmentPermittedFileTypes: [],
  AttachmentMinFileSize: 0,
  AttachmentMaxFileSize: 0,
  AttachmentSmartResizer: false,
  AttachmentSmartResizerForRetina: false,
  AttachmentAltText: '',
  AttachmentTitle: '',
})

export function createField(properties: Partial<FieldDefinition> & Field): FieldDefinition {
  return { ...DEFAULTS, ...properties }
}

/** Whether clients may write the field. */
export function isEditable({ Type, IsFormula }: FieldDefinition): boolean {
  return !IsFormula && !GENERATED.includes(Type)
}

/**
 * Reads the properties of a field from a body. A property that is null does not count.
 * @throws CaspioError if one is unknown or has the wrong type
 */
export function readFieldProperties(value: unknown): Partial<FieldDefinition> {
  if (!isRow(value)) throw badBody('A field must be a JSON object.')
  const properties = Object.entries(value).filter(([, item]) => item !== null)
  for (const [name, item] of properties) checkProperty(name, item)
  return Object.fromEntries(properties)
}

function checkProperty(name: string, value: unknown): void {
  if (!Object.hasOwn(DEFAULTS, name)) throw badBody(`A field has no property ${name}.`)
  const sample = DEFAULTS[name as keyof FieldDefinition]
  if (Array.isArray(sample)) {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return
    throw badBody(`${name} must be an array of strings.`)
  }
  const isRight =
    typeof sample === 'number' ? Number.isInteger(value) : typeof value === typeof sample
  if (!isRight) {
    throw badBody(
      `${name} must be ${typeof sample === 'number' ? 'an integer' : `a ${typeof sample}`}.`,
    )
  }
  if (name === 'Name' && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(`${value}`)) {
    throw badBody('Name must consist of letters, digits and underscores, and begin with a letter.')
  }
  if (name === 'Type' && !FIELD_TYPES.some((type) => type === value)) {
    throw badBody(`Type must be one of ${FIELD_TYPES.join(', ')}.`)
  }
}

/** The field as the API shows it. A property that its type does not have is null. */
export function describeField(field: FieldDefinition, displayOrder: number) {
  const { Name, Type, Unique, UniqueAllowNulls, Label, Description, IsFormula } = field
  const of = <T>(value: T, ...types: string[]) => (types.includes(Type) ? value : null)
  const list = Object.fromEntries(field.ListField.map((text, index) => [index + 1, text]))
  return {
    Name,
    Type,
    Unique,
    UniqueAllowNulls,
    Editable: isEditable(field),
    Label,
    Description,
    DisplayOrder: displayOrder,
    IsFormula,
    OnInsert: of(field.OnInsert, 'TIMESTAMP'),
    OnUpdate: of(field.OnUpdate, 'TIMESTAMP'),
    TimeZone: of(field.TimeZone, 'TIMESTAMP'),
    Format: of(field.Format, 'RANDOM ID', 'PREFIXED AUTONUMBER'),
    Prefix: of(field.Prefix, 'RANDOM ID', 'PREFIXED AUTONUMBER'),
    Length: of(field.Length, 'RANDOM ID'),
    ListField: of(list, 'LIST-STRING', 'LIST-NUMBER', 'LIST-DATE/TIME'),
    AttachmentPermittedFileTypes: of(field.AttachmentPermittedFileTypes, 'ATTACHMENT'),
    AttachmentMinFileSize: of(field.AttachmentMinFileSize, 'ATTACHMENT'),
    AttachmentMaxFileSize: of(field.AttachmentMaxFileSize, 'ATTACHMENT'),
    AttachmentSmartResizer: of(field.AttachmentSmartResizer, 'ATTACHMENT'),
    AttachmentSmartResizerForRetina: of(field.AttachmentSmartResizerForRetina, 'ATTACHMENT'),
    AttachmentAltText: of(field.AttachmentAltText, 'ATTACHMENT'),
    AttachmentTitle: of(field.AttachmentTitle, 'ATTACHMENT'),
  }
}
