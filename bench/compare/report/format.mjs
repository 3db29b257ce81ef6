/** What stands in a cell of the table. */
export function formatCell({ digits = 0 }, { value, noise, differs, isOutOfRace }) {
  if (value === undefined) return '—'
  const format = (one) => (typeof one === 'number' ? formatNumber(one, digits) : one)
  let text = differs ? `${format(differs[0])}–${format(differs.at(-1))}` : format(value)
  if (noise !== undefined) text += ` ± ${formatNumber(noise, digits)}`
  return isOutOfRace ? `(${text})` : text
}

export function formatNumber(number, digits = 0) {
  const text = number.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // No minus for nothing.
  return text.replace(/^-(?=[0.]*$)/, '')
}
