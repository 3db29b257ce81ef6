const MAX_HEAP_GROWTH_IN_KB = 1_000

/**
 * Lists what is wrong, one line each. The heap may grow by less than a megabyte, and nothing else may
 * grow. Every request must end, and only with an error of axios or of the plugin.
 *
 * @param before the result of `measure` after the warm-up
 * @param after the result of `measure` at the end
 * @param tallies the outcomes of the requests, for each run
 * @param alarms how often each thing happened that must not happen
 */
export function brokenBounds(before, after, tallies, alarms) {
  const broken = []
  for (const [name, start] of Object.entries(before)) {
    const growth = after[name] - start
    const isHeap = name.startsWith('heap')
    if (isHeap ? !(growth < MAX_HEAP_GROWTH_IN_KB) : !(growth <= 0)) {
      broken.push(`${name}: ${start} → ${after[name]}`)
    }
  }
  for (const [name, { requests, ok, errors }] of Object.entries(tallies)) {
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0)
    if (ok + failed !== requests) broken.push(`${name}: ${requests - ok - failed} requests lost`)
    if (!(ok > requests / 2)) broken.push(`${name}: only ${ok} of ${requests} requests succeeded`)
    if (errors.UNEXPECTED) broken.push(`${name}: ${errors.UNEXPECTED} unexpected errors`)
  }
  for (const [name, count] of Object.entries(alarms)) {
    if (count !== 0) broken.push(`${name}: ${count}`)
  }
  return broken
}
