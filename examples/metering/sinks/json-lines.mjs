// Keeps the counts of a meter in a file: one line of JSON for each delta. Processes of one machine can
// share it. `npx axios-caspio-auth usage --file FILE` shows what is in it.
import { appendFile, readFile } from 'node:fs/promises'

/** @param file the path of the file, in a folder that exists */
export function jsonLinesSink(file) {
  return {
    // The line break comes first: if a process died in the middle of a line, the next one is whole.
    write: (delta) => appendFile(file, `\n${JSON.stringify(delta)}`),
    async read() {
      const text = await readFile(file, 'utf8')
      const deltas = new Map()
      for (const line of text.split('\n')) {
        const delta = parse(line)
        // A delta whose write failed halfway comes twice.
        if (delta) deltas.set(delta.id, delta)
      }
      return [...deltas.values()].flatMap(({ counts }) => counts)
    },
  }
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
