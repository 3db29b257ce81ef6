/**
 * Finds the best contestants of a row, ties included.
 *
 * @param row `better`: 'lower', or the possible words from best to worst; `tolerance`: differences up to
 *   this value count as equal, in addition to the noise
 * @param cells see `toCell`
 * @returns their ids
 */
export function bestOf({ better, tolerance = 0 }, cells) {
  const competing = Object.entries(cells).filter(
    ([, cell]) => cell.value !== undefined && !cell.isExcluded,
  )
  const grade = ({ value }) => (better === 'lower' ? value : better.indexOf(value))
  const [best] = competing.map(([, cell]) => cell).sort((one, other) => grade(one) - grade(other))
  return competing
    .filter(([, cell]) => {
      const isEqual = (cell.noise ?? 0) + (best.noise ?? 0) + tolerance
      return cell === best || grade(cell) - grade(best) <= isEqual
    })
    .map(([id]) => id)
}

/**
 * Combines the values of several runs into one cell. A value may be `{ value, noise }` or
 * `{ value, isExcluded }`. If the runs differ, the cell says so and has the worst value.
 */
export function toCell({ better }, measured) {
  const cells = measured.map((one) =>
    typeof one === 'object' && one !== null ? one : { value: one },
  )
  const values = [...new Set(cells.map(({ value }) => value))]
  if (values.length === 1) return cells[0]
  const grade = (value) => (better === 'lower' ? value : better.indexOf(value))
  const sorted = values.sort((one, other) => grade(one) - grade(other))
  return {
    value: sorted.at(-1),
    differs: sorted,
    isExcluded: cells.some(({ isExcluded }) => isExcluded),
  }
}
