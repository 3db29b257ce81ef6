/**
 * Who is best in a row, ties included.
 *
 * @param row `better`: 'lower', or words from the best to the worst; `tolerance`: what counts as
 *   equal, where that is not told by the noise of the values
 * @param cells see `toCell`
 * @returns the ids
 */
export function bestOf({ better, tolerance = 0 }, cells) {
  const racing = Object.entries(cells).filter(
    ([, cell]) => cell.value !== undefined && !cell.isOutOfRace,
  )
  const grade = ({ value }) => (better === 'lower' ? value : better.indexOf(value))
  const [best] = racing.map(([, cell]) => cell).sort((one, other) => grade(one) - grade(other))
  return racing
    .filter(([, cell]) => {
      const isEqual = (cell.noise ?? 0) + (best.noise ?? 0) + tolerance
      return cell === best || grade(cell) - grade(best) <= isEqual
    })
    .map(([id]) => id)
}

/**
 * One cell out of what several runs measured: a value, `{ value, noise }` or `{ value,
 * isOutOfRace }`. Where the runs differ, the cell says so and stands for the worst.
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
    isOutOfRace: cells.some(({ isOutOfRace }) => isOutOfRace),
  }
}
