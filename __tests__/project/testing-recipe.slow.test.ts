import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { copyExamples, type Outcome } from '../support/examples.js'
import { environmentOfProgram } from '../support/programs.js'

const examples = copyExamples()
const bin = (path: string) => fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url))

const folderOf = (runner: string) => join(examples.folder, 'examples/unit-tests', runner)

// The code of docs/testing.md runs beside the examples. So do tests without what the page asks for.
beforeAll(async () => {
  const page = await readFile(new URL('../../docs/testing.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/```(?:js|ts)\n(.+?)```/gs)].map(([, code = '']) => code)
  const testsOfPage = blocks.filter((code) => code.includes('\ntest('))
  expect(testsOfPage).toHaveLength(3)
  const [afterAll = '', awaitUsing = '', withJest = ''] = testsOfPage
  await writeFile(join(folderOf('vitest'), 'page-after-all.test.mjs'), afterAll)
  await writeFile(join(folderOf('vitest'), 'page-await-using.test.ts'), awaitUsing)
  await writeFile(join(folderOf('jest'), 'page.test.cjs'), withJest)
  await writeFile(
    join(folderOf('jest'), 'open.test.wrong.cjs'),
    withJest.replace('afterAll(() => account.close())', ''),
  )
  const withDom = await readFile(join(folderOf('jest'), 'jsdom.test.cjs'), 'utf8')
  const without = (name: string, part: string | RegExp) => {
    expect(withDom).toMatch(part)
    return writeFile(join(folderOf('jest'), name), withDom.replace(part, ''))
  }
  await without('xhr.test.wrong.cjs', ", adapter: 'http'")
  await without('browser-build.test.wrong.cjs', / \* @jest-environment-options.+\n/)
})

function vitest(): Promise<Outcome> {
  return examples.runNode([bin('vitest/vitest.mjs'), 'run', '--root', folderOf('vitest')], {
    env: { NO_COLOR: '1' },
  })
}

function argumentsOfJest(...args: string[]): string[] {
  const cache = join(examples.folder, 'jest-cache')
  return [
    bin('jest/bin/jest.js'),
    '--rootDir',
    folderOf('jest'),
    '--cacheDirectory',
    cache,
    ...args,
  ]
}

function jest(flags: string[], ...args: string[]): Promise<Outcome> {
  return examples.runNode([...flags, ...argumentsOfJest(...args)], { env: { NO_COLOR: '1' } })
}

// Each ends as soon as its tests have ended: a runner that hangs is killed, without an exit code.
describe('unit tests with the stand-in account', { timeout: 60_000 }, () => {
  it('pass under vitest: in Node, jsdom and happy-dom, and with fake timers', async () => {
    const { code, output, errors } = await vitest()
    expect(output).toMatch(/Test Files +6 passed \(6\)/)
    expect(output).toMatch(/Tests +14 passed \(14\)/)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  it('pass under jest in CommonJS: in Node and jsdom, and with fake timers', async () => {
    const { code, errors } = await jest([], 'cjs')
    expect(errors).toMatch(/Test Suites: 4 passed, 4 total/)
    expect(errors).toMatch(/Tests: +12 passed, 12 total/)
    expect(errors).not.toMatch(/did not exit/)
    expect(code).toBe(0)
  })

  it('pass under jest as ES modules', async () => {
    const { code, errors } = await jest(['--experimental-vm-modules'], 'mjs')
    expect(errors).toMatch(/Tests: +3 passed, 3 total/)
    expect(code).toBe(0)
  })

  it('fail under jest with jsdom without the adapter, or with the build for browsers', async () => {
    const { code, errors } = await jest([], '--testMatch', '**/{xhr,browser-build}.test.wrong.cjs')
    expect(errors).toMatch(/did not answer \(Network Error\)/)
    expect(errors).toMatch(/adapter http is not available in the build/)
    expect(errors).toMatch(/Tests: +2 failed, 2 total/)
    expect(code).toBe(1)
  })

  it('keep jest from ending if the account is not closed', async () => {
    const args = argumentsOfJest('--testMatch', '**/open.test.wrong.cjs')
    const runner = spawn(process.execPath, args, {
      cwd: examples.folder,
      env: environmentOfProgram(),
    })
    onTestFinished(() => {
      runner.kill('SIGKILL')
    })
    let errors = ''
    runner.stderr.on('data', (chunk) => {
      errors += chunk
    })
    while (!errors.includes('Jest did not exit one second after')) await once(runner.stderr, 'data')
    expect(errors).toMatch(/1 passed, 1 total/)
    expect(runner.exitCode).toBe(null)
  })
})
