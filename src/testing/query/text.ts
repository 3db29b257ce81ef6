// Texts compare as in SQL Server's usual collation: without regard to case, but with regard to accents.

const COLLATOR = new Intl.Collator('en')
const NON_ASCII = /[^\0-\x7f]/
const UPPER_CASE = /\p{Lu}/gu

/** Makes texts equal that differ only in case. The length stays the same. */
export function foldCase(text: string): string {
  if (!NON_ASCII.test(text)) return text.toLowerCase()
  return text.replace(UPPER_CASE, lowerCase).replaceAll('ς', 'σ')
}

/** The lower case of a letter, unless it is longer, as that of the Turkish İ is. */
function lowerCase(letter: string): string {
  const lower = letter.toLowerCase()
  return lower.length === letter.length ? lower : letter
}

/** A key that equal texts share: `=` ignores case and spaces at the end. */
export function textKey(text: string): string {
  let end = text.length
  while (text.charAt(end - 1) === ' ') end -= 1
  return foldCase(text.slice(0, end))
}

/** Returns the order of two text keys. It is 0 only if they are the same. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  return COLLATOR.compare(a, b) || (a < b ? -1 : 1)
}
