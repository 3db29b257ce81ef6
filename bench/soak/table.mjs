/** Prints rows of a name and one value per column. */
export function printTable(columns, rows) {
  printRow('', columns)
  for (const [name, ...values] of rows) printRow(name, values)
  console.log()
}

function printRow(name, values) {
  const cells = values.map((value) => format(value).padStart(12))
  console.log(`${name.padEnd(36)}${cells.join('')}`)
}

function format(value) {
  return typeof value === 'number' ? value.toLocaleString('en') : `${value ?? ''}`
}
