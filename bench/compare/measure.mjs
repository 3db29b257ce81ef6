import { BEHAVIOURS } from './behaviours/index.mjs'
import { COSTS } from './costs/index.mjs'
import { toCell } from './report/standing.mjs'
import { inChild } from './support/in-child.mjs'

/**
 * Measures every behaviour of every contestant, each in a separate process.
 *
 * @param times how often each is measured
 * @param onDone called after each one, with its name
 * @returns the rows with their cells
 */
export async function measureBehaviours(contestants, { times, atATime }, onDone) {
  const tasks = BEHAVIOURS.flatMap((file) =>
    contestants.map(({ id, kind }) => ({ file, id, kind, runs: undefined })),
  )
  await inParallel(tasks, atATime, async (task) => {
    const { file, id, kind } = task
    task.runs = await inChild('behaviour-worker.mjs', [file, id, kind, times])
    onDone(`${file}: ${id}`)
  })

  const results = []
  for (const file of BEHAVIOURS) {
    const { rows } = await import(`./behaviours/${file}.mjs`)
    const ofFile = tasks.filter((task) => task.file === file)
    for (const row of rows) {
      const measured = ofFile.map(({ id, runs }) => [id, runs.map((values) => values[row.id])])
      results.push({ row: { ...row, file }, cells: toCells(row, measured) })
    }
  }
  return results
}

/** Measures every cost, one after the other. */
export async function measureCosts(contestants, pace, onDone) {
  const results = []
  const measured = {}
  for (const file of COSTS) {
    const { rows } = await import(`./costs/${file}.mjs`)
    const ids = contestants.map(({ id }) => id)
    measured[file] = await inChild('cost-worker.mjs', [file, pace, ids])
    for (const row of rows) {
      const values = ids.map((id) => [id, [measured[file].values[id][row.id]]])
      results.push({ row: { ...row, file }, cells: toCells(row, values) })
    }
    onDone(file)
  }
  return { results, measured }
}

function toCells(row, measured) {
  return Object.fromEntries(measured.map(([id, runs]) => [id, toCell(row, runs)]))
}

async function inParallel(items, atATime, act) {
  const waiting = [...items]
  const lane = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: atATime }, lane))
}
