import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll } from 'vitest'
import { witness } from './hygiene.js'
import { environmentOfProgram } from './programs.js'

export interface Outcome {
  readonly code: number
  readonly output: string
  readonly errors: string
}

export interface RunOptions {
  readonly env?: Record<string, string>
  readonly args?: string[]
  /** @default the copy of the repository */
  readonly cwd?: string
}

export interface Examples {
  /** Contains `examples` and everything that they import. */
  readonly folder: string
  /** Runs a program of `examples`. */
  run(program: string, options?: RunOptions): Promise<Outcome>
  runNode(args: string[], options?: RunOptions): Promise<Outcome>
}

const root = fileURLToPath(new URL('../..', import.meta.url))

const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
  'axios',
  'axios-retry',
  'express',
  'ioredis',
  'jest-environment-jsdom',
  'keyv',
  'redis',
  'vitest',
]

/** Copies the examples, and builds the package that they import. */
export function copyExamples(): Examples {
  let folder = ''

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'examples-test-'))
    await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true })
    await cp(join(root, 'package.json'), join(folder, 'package.json'))
    for (const name of PACKAGES) {
      const link = join(folder, 'node_modules', name)
      const target = name === 'axios' ? process.env.AXIOS || name : name
      await mkdir(dirname(link), { recursive: true })
      await symlink(join(root, 'node_modules', target), link)
    }
    await buildPackage(join(folder, 'dist'))
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  function runNode(args: string[], { env = {}, cwd = folder }: RunOptions = {}): Promise<Outcome> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        args,
        { cwd, env: environmentOfProgram(env), timeout: 60_000 },
        (error, output, errors) =>
          resolve(witness({ code: error ? Number(error.code ?? Number.NaN) : 0, output, errors })),
      )
    })
  }

  return {
    get folder() {
      return folder
    },
    run: (program, options) =>
      runNode([join(folder, 'examples', program), ...(options?.args ?? [])], options),
    runNode,
  }
}

async function buildPackage(outdir: string): Promise<void> {
  const source = (name: string) => join(root, 'src', name)
  const index = source('index.ts')
  const common: BuildOptions = {
    outdir,
    bundle: true,
    platform: 'node',
    external: ['axios'],
    logLevel: 'error',
  }
  const commonJS: BuildOptions = { ...common, format: 'cjs', outExtension: { '.js': '.cjs' } }
  const testing = { 'testing/index': source('testing/index.ts') }
  const metering = { 'metering/index': source('metering/index.ts') }
  const entryPoints = { index, redis: source('redis.ts'), ...metering, ...testing }
  await build({ ...common, entryPoints, format: 'esm', splitting: true })
  await build({ ...commonJS, entryPoints: { index, ...testing } })
  // As in tsup.config.ts.
  const footer = { js: 'module.exports = module.exports.default' }
  await build({ ...commonJS, entryPoints: { auth: source('auth.ts') }, footer })
}
