const MAX_HEAP_GROWTH_IN_KB = 1_000

/**
 * Which bounds are broken, one line each: the heap may grow by less than a megabyte, nothing else
 * at all, and no request may be lost or end in what is no error of axios's or ours.
 *
 * @param before {@link measure}d after the warm-up
 * @param after the same at the end
 * @param tallies what became of the requests, per run
 * @param alarms how often the process heard of each thing that must not happen
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
