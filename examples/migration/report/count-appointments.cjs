// The report: how many appointments each city has.
module.exports = async function report(caspio) {
  const physicians = await caspio.getRecords('Physicians')
  if (!physicians) return undefined
  const lists = await Promise.all(
    physicians.map(({ PK_ID }) => caspio.getRecords('Appointments', `Physician_ID=${PK_ID}`)),
  )
  if (!lists.every(Boolean)) return undefined
  const counts = {}
  for (const [index, { City }] of physicians.entries()) {
    counts[City] = (counts[City] ?? 0) + lists[index].length
  }
  return counts
}
