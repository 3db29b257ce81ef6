import { readFile } from 'node:fs/promises'
import { ownProperty } from '../../lib/own-properties.js'
import { parseJSON } from '../../lib/parse-json.js'
import type { CallRow } from '../../metering/index.js'
import { isRow } from './is-row.js'

/** Reads the deltas that examples/metering/sinks/json-lines.mjs writes, one a line. */
export async function readFileRows(file: string): Promise<CallRow[]> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`cannot read the file ${file} (${code}). Check the path after --file`)
  })
  // A delta whose write failed halfway comes twice. A line may be torn.
  const deltas = new Map<unknown, unknown>()
  for (const line of text.split('\n')) {
    const delta = parseJSON(line)
    const counts = ownProperty(delta, 'counts')
    if (Array.isArray(counts)) deltas.set(ownProperty(delta, 'id'), counts)
  }
  if (deltas.size === 0 && text.trim() !== '') {
    throw new Error(`the file ${file} has no line that a meter wrote. Check the path after --file`)
  }
  return [...deltas.values()].flat().filter(isRow)
}
