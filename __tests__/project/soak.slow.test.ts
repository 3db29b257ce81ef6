import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyOfRepository } from '../support/programs.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A separate folder with dist, bench and the axios that is tested. */
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'soak-test-'))
  await build({
    entryPoints: {
      index: join(root, 'src/index.ts'),
      'testing/index': join(root, 'src/testing/index.ts'),
    },
    outdir: join(folder, 'dist'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['axios'],
    logLevel: 'error',
  })
  await copyOfRepository('bench', join(folder, 'bench'))
  await mkdir(join(folder, 'node_modules'))
  const axios = join(root, 'node_modules', process.env.AXIOS || 'axios')
  await symlink(axios, join(folder, 'node_modules', 'axios'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

interface Outcome {
  readonly code: number
  readonly output: string
  /** The rows of the tables, by their names. */
  readonly rows: Record<string, number[]>
}

function soak(stubbed: number, wire: number, seed?: number): Promise<Outcome> {
  const args = ['--expose-gc', 'bench/soak.mjs', '--stubbed', `${stubbed}`, '--wire', `${wire}`]
  const env = { PATH: process.env.PATH, ...(seed !== undefined && { SOAK_SEED: `${seed}` }) }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
      const rows = [...stdout.matchAll(/^(\S.*?) {2,}([\d,-][\d, -]*)$/gm)].map(
        ([, name, numbers]) => [
          name,
          `${numbers}`.split(/ +/).map((number) => Number(number.replaceAll(',', ''))),
        ],
      )
      const code = error ? Number(error.code ?? Number.NaN) : 0
      resolve({ code, output: `${stdout}${stderr}`, rows: Object.fromEntries(rows) })
    })
  })
}

describe('the soak', () => {
  it('loses no request and leaks nothing, in its short form', async () => {
    const { code, output, rows } = await soak(20_000, 600)
    expect(code, output).toBe(0)
    expect(output).toMatch(/SOAK_SEED=\d+/)
    const { requests = [], ok = [], events = [] } = rows
    expect(requests[0]).toBeGreaterThanOrEqual(20_000)
    expect(requests[1]).toBeGreaterThanOrEqual(600)
    expect(ok[0]).toBeGreaterThan(15_000)
    expect(ok[1]).toBeGreaterThan(300)
    expect(Math.min(...events)).toBeGreaterThan(10)
    // At most hundreds of token requests for thousands of requests, some of them rejected.
    expect(rows['token requests']?.[0]).toBeGreaterThan(20)
    expect(rows['token requests']?.[0]).toBeLessThan(500)
    expect(rows.ERR_BAD_REQUEST?.[0]).toBeGreaterThan(0)
    expect(rows.ERR_CASPIO_TOKEN_ENDPOINT?.[0]).toBeGreaterThan(0)
    expect(rows.ERR_CANCELED?.[0]).toBeGreaterThan(0)

    const [before = 0, after = 0] = rows['heap, kB'] ?? []
    expect(before).toBeGreaterThan(1_000)
    expect(after - before).toBeLessThan(1_000)
    for (const [name, counts] of Object.entries({
      'interceptor slots': [2, 2],
      interceptors: [2, 2],
      // The second account, which was detached, leaves nothing.
      attachments: [2, 2],
      'listeners on shared signals': [0, 0],
      'subscribers of shared cancelTokens': [0, 0],
      sockets: [0, 0],
      timers: [0, 0],
      'unhandled rejections': [0],
      warnings: [0],
    })) {
      expect({ [name]: rows[name] }).toEqual({ [name]: counts })
    }
  }, 60_000)

  it('repeats its schedule from the seed', async () => {
    const incidents = async (seed: number) =>
      Object.entries((await soak(1_000, 1, seed)).rows)
        .filter(([name]) => name.startsWith('before a round'))
        .map(([name, [stubbed]]) => [name, stubbed])
    const [first, again, other] = await Promise.all([7, 7, 8].map(incidents))
    expect(first?.length).toBeGreaterThan(10)
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
  }, 60_000)
})

describe('the verdict of the soak', () => {
  const COUNTS = { 'heap, kB': 10_000, interceptors: 2, sockets: 0 }
  const TALLY = { requests: 100, ok: 90, errors: { ERR_CANCELED: 10 } }
  const QUIET = { warnings: 0 }

  async function judge(after: object, tally: object = TALLY, alarms: object = QUIET) {
    const { brokenBounds } = await import(pathToFileURL(join(root, 'bench/soak/verdict.mjs')).href)
    return brokenBounds(COUNTS, { ...COUNTS, ...after }, { stubbed: tally }, alarms)
  }

  it.each([
    ['nothing changed', {}],
    ['the heap grew by less than a megabyte', { 'heap, kB': 10_999 }],
    ['the heap shrank', { 'heap, kB': 5_000 }],
    ['a count went down', { interceptors: 1 }],
  ])('reports nothing if %s', async (_, after) => {
    expect(await judge(after)).toEqual([])
  })

  it.each([
    ['the heap grew by a megabyte', { 'heap, kB': 11_000 }, /^heap, kB: 10000 → 11000$/],
    ['an interceptor leaked', { interceptors: 3 }, /^interceptors: 2 → 3$/],
    ['a socket leaked', { sockets: 1 }, /^sockets: 0 → 1$/],
    ['a count is missing', { sockets: undefined }, /^sockets/],
    ['the heap was not measured', { 'heap, kB': Number.NaN }, /^heap/],
  ])('reports that %s', async (_, after, line) => {
    expect(await judge(after)).toEqual([expect.stringMatching(line)])
  })

  it.each([
    ['a request was lost', { ok: 89 }, /1 requests lost/],
    ['a request ended twice', { ok: 91 }, /-1 requests lost/],
    ['hardly any succeeded', { ok: 50, errors: { ERR_CANCELED: 50 } }, /only 50 of 100/],
    ['there was no request', { requests: 0, ok: 0, errors: {} }, /only 0 of 0/],
    ['an error is not one of axios', { errors: { UNEXPECTED: 10 } }, /unexpected/],
  ])('reports that %s', async (_, tally, line) => {
    expect(await judge({}, { ...TALLY, ...tally })).toEqual([expect.stringMatching(line)])
  })

  it('reports an alarm', async () => {
    expect(await judge({}, TALLY, { warnings: 1 })).toEqual(['warnings: 1'])
  })
})
