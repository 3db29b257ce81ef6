import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')

// Written as: `file`: “title”
const proofs = [...page.matchAll(/`([\w/.-]+)`: “([^”]+)”/g)].map(([, file, title]) => ({
  file: `${file}.test.ts`,
  title: `${title}`,
}))

describe('SECURITY.md', () => {
  it('names a test for each threat', () => {
    const threats = page.split('\n').filter((line) => /^\| (?!threat|---)/.test(line))
    expect(threats.length).toBeGreaterThan(12)
    for (const threat of threats) expect(threat).toMatch(/`: “/)
  })

  it.each(proofs)('$file has: $title', ({ file, title }) => {
    const path = join(root, '__tests__', file)
    expect(existsSync(path), path).toBe(true)
    expect(readFileSync(path, 'utf8')).toContain(title)
  })
})
