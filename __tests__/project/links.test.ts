import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { environmentOfProgram } from '../support/programs.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const NOT_OURS = ['node_modules', '.git', 'dist', 'coverage', '.stryker']

/** The Markdown files in a folder and below it, as paths from the root of the repository. */
function pagesIn(folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((item) => {
    const path = posix.join(folder, item.name)
    if (item.isDirectory()) return NOT_OURS.includes(item.name) ? [] : pagesIn(path)
    return path.endsWith('.md') ? [path] : []
  })
}

const textOf = (page: string) => readFileSync(join(root, page), 'utf8')

const proseOf = (page: string) => textOf(page).replace(/^```.*?^```$/gms, '')

interface Link {
  /** From the root of the repository. */
  readonly path: string
  readonly anchor: string
}

/** The links to other files and to headings, without those to other hosts. */
function linksOf(page: string): Link[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#')
      return { path: file ? posix.join(posix.dirname(page), file) : page, anchor }
    })
}

/** The anchors that a page has, and those that GitHub gives to its headings. */
function anchorsOf(page: string): Set<string> {
  const ids = proseOf(page).matchAll(/<a id="([^"]+)">/g)
  const anchors = new Set([...ids].map(([, id = '']) => id))
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.+)$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replace(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-')
    let unique = anchor
    for (let count = 1; anchors.has(unique); count++) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

const isBroken = ({ path, anchor }: Link) =>
  !existsSync(join(root, path)) || (anchor !== '' && !anchorsOf(path).has(anchor))

async function packedFiles(): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--dry-run', '--json', '--ignore-scripts'],
    { cwd: root, env: environmentOfProgram(), maxBuffer: 1e7 },
  )
  return JSON.parse(stdout)[0].files.map(({ path }: { path: string }) => path)
}

describe('links', () => {
  it.each(pagesIn())('in %s lead to files and headings that exist', (page) => {
    expect(linksOf(page).filter(isBroken)).toEqual([])
  })

  it('in examples/README.md lead to every program but those of docs/questions.md and of migration', () => {
    const programs = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
      .map((path) => posix.join('examples', path))
      .filter((path) => /\.[cm]?js$/.test(path) && !/^examples\/(questions|migration)\//.test(path))
      .filter((path) => /^\/\/ .*node (--test )?examples\//m.test(textOf(path)))
    expect(programs.length).toBeGreaterThan(10)
    const linked = linksOf('examples/README.md').map(({ path }) => path)
    expect(programs.filter((path) => !linked.includes(path))).toEqual([])
  })

  it('are found, and so are broken ones', () => {
    const links = linksOf('README.md')
    expect(links.length).toBeGreaterThan(20)
    expect(links.filter(({ anchor }) => anchor).length).toBeGreaterThan(3)
    expect(isBroken({ path: 'README.md', anchor: 'usage' })).toBe(false)
    expect(isBroken({ path: 'README.md', anchor: 'none' })).toBe(true)
    expect(isBroken({ path: 'NONE.md', anchor: '' })).toBe(true)
  })

  it('of the pages in the npm package lead to files in the package', async () => {
    const packed = await packedFiles()
    const pages = packed.filter((path) => path.endsWith('.md'))
    expect(pages).toContain('README.md')
    const missing = pages.flatMap((page) =>
      linksOf(page)
        .filter(({ path }) => !packed.some((file) => file === path || file.startsWith(`${path}/`)))
        .map(({ path }) => `${page}: ${path}`),
    )
    expect(missing).toEqual([])
  }, 60_000)
})
