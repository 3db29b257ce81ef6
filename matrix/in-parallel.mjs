/** Does the work for each item, with a limited number at a time. Keeps the order of the items. */
export async function inParallel(items, workers, work) {
  const results = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index])
    }
  }
  await Promise.all(Array.from({ length: workers }, worker))
  return results
}
