import { wrap } from './text.js'

/** A page of help: paragraphs, and sections with a title. */
export type HelpPage = readonly (string | Section)[]

interface Section {
  readonly title: string
  readonly rows?: readonly Row[]
  /** Lines that must stay as they are, such as commands to copy. */
  readonly code?: readonly string[]
}

type Row = readonly [term: string, description: string]

const INDENT = 2
const GAP = 3
// A longer term has its description on the next line.
const LONGEST_TERM = 18
const NARROW = 60
const NARROW_INDENT = 6

export function layOutHelp(page: HelpPage, width: number): string {
  return page
    .map((block) => (typeof block === 'string' ? wrap(block, width) : layOutSection(block, width)))
    .map((lines) => lines.join('\n'))
    .join('\n\n')
}

function layOutSection({ title, rows = [], code = [] }: Section, width: number): string[] {
  const lengths = rows.map(([term]) => term.length).filter((length) => length <= LONGEST_TERM)
  const column = width < NARROW ? NARROW_INDENT : INDENT + Math.max(...lengths) + GAP
  return [
    `${title}:`,
    ...rows.flatMap((row) => layOutRow(row, column, width)),
    ...code.map((line) => ' '.repeat(INDENT) + line),
  ]
}

/** The term in front of its description, or above it if it leaves no space. */
function layOutRow([term, description]: Row, column: number, width: number): string[] {
  const [first = '', ...rest] = wrap(description, width, column)
  const start = ' '.repeat(INDENT) + term
  return start.length < column
    ? [start.padEnd(column) + first, ...rest]
    : [start, ' '.repeat(column) + first, ...rest]
}
