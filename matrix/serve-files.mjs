import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript' }

/** Serves the output of a bundler. */
export async function serveFiles(folder, path, response) {
  const name = path === '/' ? '/index.html' : path
  try {
    const content = await readFile(join(folder, name))
    response.writeHead(200, { 'Content-Type': TYPES[name.split('.').pop()] ?? 'text/plain' })
    response.end(content)
  } catch {
    response.writeHead(404).end()
  }
}
