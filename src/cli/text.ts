import type { Output } from './io.js'

const WIDEST_LINE = 100
const WIDTH_WITHOUT_TERMINAL = 80

/** How many columns a line of prose may take. */
export function widthOf({ isTTY, columns }: Output): number {
  // A terminal that does not know its size reports 0 columns.
  if (!isTTY || !columns) return WIDTH_WITHOUT_TERMINAL
  return Math.min(columns, WIDEST_LINE)
}

/**
 * Breaks a text at its spaces into lines of at most `width` columns. A longer word stays whole.
 *
 * @param indent columns before each line but the first
 * @param prefix columns that the caller prints before the first line
 */
export function wrap(text: string, width: number, indent = 0, prefix = indent): string[] {
  const [first = '', ...words] = text.split(' ')
  const isFirstTooLong = prefix > indent && prefix + first.length > width
  const lines = isFirstTooLong ? ['', first] : [first]
  for (const word of words) {
    const line = `${lines.at(-1)} ${word}`
    const start = lines.length === 1 ? prefix : indent
    if (start + line.length > width) lines.push(word)
    else lines[lines.length - 1] = line
  }
  return lines.map((line, index) => (index === 0 ? line : ' '.repeat(indent) + line))
}

/** Prints a paragraph. */
export function printText(stream: Output, text: string): void {
  stream.write(`${wrap(text, widthOf(stream)).join('\n')}\n`)
}

/** `1 call`, `2 calls`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
