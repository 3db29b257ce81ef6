import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

type Leaks = (error: Error, secrets: string[], inspect?: unknown) => string[]
interface Cell {
  readonly runtime: { readonly name: string; readonly version: string }
  readonly module: string
  readonly adapter: string
  readonly axios: string
}
interface Result {
  readonly cell: Cell
  readonly outcomes: Record<string, string>
}
type PageOf = (results: Result[], axios: object, versions: object, installs: object[]) => string

const part = (name: string) => import(new URL(`../../matrix/${name}`, import.meta.url).href)
const { leaksIn }: { leaksIn: Leaks } = await part('client/leaks.js')
const { hasUnexpectedFailure }: { hasUnexpectedFailure: (result: Result) => boolean } =
  await part('verdict.mjs')
const { compatibilityPage }: { compatibilityPage: PageOf } = await part('compatibility-page.mjs')

const OLD_WORKER = 'esbuild, compatibility date 2025-08-31'

function resultOf(outcomes: Record<string, string>, cell: Partial<Cell> = {}): Result {
  const usual = { module: 'ESM', adapter: 'http', axios: '2.0.0' }
  return { cell: { runtime: { name: 'Bun', version: '1.2.3' }, ...usual, ...cell }, outcomes }
}

describe('the search for secrets in an error', () => {
  const SECRET = 'so "secret" +/='
  const encoded = new URLSearchParams({ '': SECRET }).toString().slice(1)
  const hidden = (text: string) => Object.defineProperty({}, 'hidden', { value: { text } })
  const errorWithoutSecrets = () => Object.assign(new Error('a message'), { toJSON: () => ({}) })

  it.each<[string, object]>([
    ['in the message', { message: SECRET }],
    ['in toJSON()', { toJSON: () => ({ SECRET }) }],
    ['in a hidden property', { config: hidden(`id=x&secret=${encoded}`) }],
    ['percent-encoded', { cause: encodeURIComponent(SECRET) }],
    ['as JSON', { data: JSON.stringify({ SECRET }) }],
    ...['', 'i', 'id', 'id:'].map((before): [string, object] => [
      `in Basic after ${before.length} characters`,
      { header: btoa(before + encoded) },
    ]),
  ])('finds a secret %s', (_, properties) => {
    expect(leaksIn(Object.assign(errorWithoutSecrets(), properties), [SECRET])).not.toEqual([])
  })

  it('finds no secret if there is none', () => {
    const error = Object.assign(errorWithoutSecrets(), {
      header: btoa('id:another'),
      self: {} as object,
    })
    error.self = error
    expect(leaksIn(error, [SECRET])).toEqual([])
  })
})

describe('a cell of the matrix', () => {
  const worker = { runtime: { name: 'workerd', version: '1' }, module: OLD_WORKER }

  it.each<[string, boolean, Result]>([
    ['that fails', true, resultOf({ stream: 'Error: none' })],
    ['that does not start', true, resultOf({ start: 'no' })],
    ['that succeeds', false, resultOf({ stream: 'ok', redirect: '-' })],
    ['that fails as known', false, resultOf({ redirect: 'Error' }, worker)],
    ['that fails in another check', true, resultOf({ stream: 'Error' }, worker)],
  ])('%s counts as an unexpected failure: %s', (_, expected, result) => {
    expect(hasUnexpectedFailure(result)).toBe(expected)
  })
})

describe('docs/compatibility.md', () => {
  const axios = { range: '^2.0.0', versions: ['2.0.0'] }

  it('shows a failure with its reason, and nothing that differs from run to run', () => {
    const page = (port: number) => {
      const reason = `Error: connect ECONNREFUSED 127.0.0.1:${port}`
      return compatibilityPage([resultOf({ stream: reason, redirect: '-' })], axios, {}, [])
    }
    expect(page(1234)).toBe(page(4321))
    expect(page(1)).toMatch(/^\| Bun 1\.2\.3 \| ESM \| http \|.* \*\*no\*\*\[\^1\] .* – /m)
    expect(page(1)).toMatch(/^\| 2\.0\.0 \| \*\*fails: stream\*\*\[\^1\] \| ok /m)
    expect(page(1)).toContain('[^1]: Error: connect ECONNREFUSED 127.0.0.1\n')
    expect(page(1)).toContain('**1 of them failed.**')
  })

  it('was written for the range in package.json', async () => {
    const page = await readFile(new URL('../../docs/compatibility.md', import.meta.url), 'utf8')
    const lowest = manifest.devDependencies['axios-1-6'].split('@').pop()
    expect(page).toContain(`\`${manifest.peerDependencies.axios}\``)
    expect(page).toMatch(new RegExp(`^\\| ${lowest} \\|`, 'm'))
    expect(page).not.toContain('failed.')
  })
})
