export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Numbers footnotes in order. The same text gets the same number. */
export function createFootnotes() {
  const texts = []
  return {
    mark(text) {
      if (!texts.includes(text)) texts.push(text)
      return `[^${texts.indexOf(text) + 1}]`
    },
    text: () => texts.map((text, index) => `[^${index + 1}]: ${text}`).join('\n'),
  }
}
