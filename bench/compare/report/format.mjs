/** The text of a table cell. */
export function formatCell({ digits = 0 }, { value, noise, differs, isExcluded }) {
  if (value === undefined) return '—'
  const format = (one) => (typeof one === 'number' ? formatNumber(one, digits) : one)
  let text = differs ? `${format(differs[0])}–${format(differs.at(-1))}` : format(value)
  if (noise !== undefined) text += ` ± ${formatNumber(noise, digits)}`
  return isExcluded ? `(${text})` : text
}

export function formatNumber(number, digits = 0) {
  const text = number.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  // Do not write -0.
  return text.replace(/^-(?=[0.]*$)/, '')
}
