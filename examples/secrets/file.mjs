import { readFile } from 'node:fs/promises'

/** Reads the client secret from a file that is replaced, such as a mounted secret of Kubernetes. */
export function secretFromFile(path) {
  return async () => (await readFile(path, 'utf8')).trim()
}
