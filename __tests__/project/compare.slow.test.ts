import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyOfRepository } from '../support/programs.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const docs = join(root, 'docs')

/** Imports a module that has no types. */
const report = (name: string) =>
  import(pathToFileURL(join(root, 'bench/compare/report', `${name}.mjs`)).href)

/** One contestant's column, by the names of the rows, without the bold marks. */
function columnOf(page: string, title: string): Record<string, string> {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '))
  const index = rows[0]?.indexOf(title) ?? -1
  return Object.fromEntries(rows.slice(1).map((row) => [row[0], row[index]?.replaceAll('*', '')]))
}

describe('the comparison of the plugin with its peers', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compare-test-'))
    const plugin = join(folder, 'node_modules/axios-caspio-auth')
    await build({
      entryPoints: {
        index: join(root, 'src/index.ts'),
        'testing/index': join(root, 'src/testing/index.ts'),
      },
      outdir: join(plugin, 'dist'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['axios'],
      logLevel: 'error',
    })
    await cp(join(root, 'package.json'), join(plugin, 'package.json'))
    await cp(join(root, 'package.json'), join(folder, 'package.json'))
    await copyOfRepository('bench', join(folder, 'bench'))
    const axios = join(root, 'node_modules', process.env.AXIOS || 'axios')
    await symlink(axios, join(folder, 'node_modules/axios'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('measures the same behaviour of the plugin as docs/compare.md says', async () => {
    const out = join(folder, 'docs')
    await mkdir(out)
    const output = await new Promise<string>((resolve) => {
      const args = '--quick --contestant plugin --no-costs --no-install --out docs'.split(' ')
      execFile(
        process.execPath,
        ['bench/compare/run.mjs', ...args],
        { cwd: folder },
        (error, stdout, stderr) => resolve(error ? `${stdout}${stderr}` : ''),
      )
    })
    expect(output).toBe('')
    const measured = columnOf(await readFile(join(out, 'compare.md'), 'utf8'), 'axios-caspio-auth')
    expect(Object.keys(measured).length).toBeGreaterThan(30)
    const published = columnOf(
      await readFile(join(docs, 'compare.md'), 'utf8'),
      'axios-caspio-auth',
    )
    expect(published).toMatchObject(measured)
  }, 120_000)

  it('gives a reason wherever a peer is better', async () => {
    const page = await readFile(join(docs, 'compare.md'), 'utf8')
    const [table = '', reasons = ''] = page.split('## Where a peer is better')
    const lost = table
      .split('\n')
      .filter((line) => /^\| .+? \| /.test(line) && line.includes('**'))
      .map((line) => line.slice(2).split(' | '))
      .filter((row) => !row[1]?.startsWith('**'))
      .map((row) => row[0]?.replace(/, (B|ms|µs|MB)$/, ''))
    expect(lost.length).toBeGreaterThan(0)
    for (const name of lost) expect(reasons).toMatch(new RegExp(`^- ${name}\\. \\S`, 'm'))
  })
})

describe('the best contestants of a row', () => {
  const best = async (row: object, cells: object): Promise<string[]> =>
    (await report('standing')).bestOf({ better: 'lower', ...row }, cells)

  it('have the lowest number, ties included', async () => {
    const cells = { plugin: { value: 1 }, one: { value: 2 }, other: { value: 1 } }
    expect(await best({}, cells)).toEqual(['plugin', 'other'])
  })

  it('have the best word', async () => {
    const cells = { plugin: { value: 'refused' }, one: { value: 'recovered' } }
    expect(await best({ better: ['recovered', 'refused'] }, cells)).toEqual(['one'])
  })

  it('do not include one that did not do the job, or to which the row does not apply', async () => {
    const cells = { plugin: { value: 1 }, one: { value: 0, isExcluded: true }, other: {} }
    expect(await best({}, cells)).toEqual(['plugin'])
  })

  it('include one that differs by no more than the noise', async () => {
    const cells = {
      plugin: { value: 10, noise: 1 },
      near: { value: 12, noise: 1 },
      far: { value: 13, noise: 1 },
    }
    expect(await best({}, cells)).toEqual(['plugin', 'near'])
  })

  it('include one that differs by no more than the tolerance of the row', async () => {
    const cells = { plugin: { value: 0.2 }, near: { value: 0 }, far: { value: 0.3 } }
    expect(await best({ tolerance: 0.2 }, cells)).toEqual(['plugin', 'near'])
  })
})

describe('the verdict', () => {
  const broken = async (cells: object, row: object = {}, targets: object[] = []) =>
    (await report('verdict')).brokenRules(
      [{ row: { name: 'Requests lost', better: 'lower', ...row }, cells }],
      targets,
    )

  it('reports nothing if the plugin is best, or the row says why not', async () => {
    expect(await broken({ plugin: { value: 1 }, peer: { value: 1 } })).toEqual([])
    const why = { why: 'A reason.' }
    expect(await broken({ plugin: { value: 2 }, peer: { value: 1 } }, why)).toEqual([])
  })

  it('reports a row in which a peer is better and that gives no reason', async () => {
    expect(await broken({ plugin: { value: 2 }, peer: { value: 1 } })).toEqual([
      expect.stringMatching(/^Requests lost: the plugin is not best/),
    ])
  })

  it('reports a count that differs from run to run', async () => {
    const { toCell } = await report('standing')
    const peer = toCell({ better: 'lower' }, [5, 4, 5])
    expect(await broken({ plugin: { value: 0 }, peer })).toEqual([
      'Requests lost: peer differs from run to run: 4,5',
    ])
  })

  it('reports a missed target', async () => {
    const target = { name: 'Time', limit: 0.05, measured: 0.061, isHeld: false }
    const cells = { plugin: { value: 1 } }
    expect(await broken(cells, {}, [target])).toEqual(['Time: 6.1%, over 5.0%'])
  })

  it('compares the targets with the measured times', async () => {
    const { judgeTargets } = await report('verdict')
    const time = (plugin: number, byHand: number, baseline: number) => ({
      values: {
        plugin: { added: { value: plugin } },
        'hand-written': { added: { value: byHand } },
      },
      baseline,
    })
    const judge = (stubbed: object, loopback: object) =>
      judgeTargets({ 'time-stubbed': stubbed, 'time-loopback': loopback }).map(
        ({ isHeld }: { isHeld: boolean }) => isHeld,
      )
    expect(judge(time(1, 2, 20), time(3, 6, 300))).toEqual([true, true, true])
    expect(judge(time(1.1, 2, 20), time(3.1, 6, 300))).toEqual([false, false, false])
  })
})

describe('a cell of the table', () => {
  it.each([
    ['a number', {}, { value: 1_234 }, '1,234'],
    ['digits', { digits: 1 }, { value: 2.25 }, '2.3'],
    ['no minus sign for zero', {}, { value: -0.4 }, '0'],
    ['a word', {}, { value: 'yes' }, 'yes'],
    ['noise', { digits: 1 }, { value: 2.04, noise: 0.12 }, '2.0 ± 0.1'],
    ['a range', {}, { value: 5, differs: [4, 5] }, '4–5'],
    ['brackets', {}, { value: 0, isExcluded: true }, '(0)'],
    ['a dash', {}, {}, '—'],
  ])('shows %s', async (_, row, cell, text) => {
    expect((await report('format')).formatCell(row, cell)).toBe(text)
  })
})
