import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Options } from 'tsup'
import type { Environment, Output } from '../../src/cli/io.js'
import { main } from '../../src/cli/main.js'
import { witness } from '../support/hygiene.js'
import { environmentOfProgram } from '../support/programs.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const REFRESH = 'axios-auth-refresh'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process. */
export async function runMain(
  args: readonly string[],
  env: Environment = {},
  terminal: Partial<Output> = {},
): Promise<Outcome> {
  const written = { out: '', err: '' }
  const stdout = { ...terminal, write: (text: string) => (written.out += text) }
  const stderr = { write: (text: string) => (written.err += text) }
  const code = await main(args, { env, stdout, stderr })
  return watched(args, { code, ...written })
}

/** The text as one line, however it was wrapped. */
export function unwrapped(text: string): string {
  return text.trim().replace(/\s+/g, ' ')
}

export function longestLine(text: string): number {
  return Math.max(...text.split(/\r?\n/).map(({ length }) => length))
}

/** Checks the output for secrets. The token command prints one on purpose, on stdout. */
function watched(args: readonly string[], outcome: Outcome): Outcome {
  witness(outcome.err)
  if (!args.includes('token')) witness(outcome.out)
  return outcome
}

/** Builds the package's ESM files as tsup.config.ts says, and installs axios beside them on request. */
export async function buildPackage(folder: string, hasAxios = true): Promise<void> {
  const { default: configs } = await import('../../tsup.config.js')
  for (const options of configs as Options[]) {
    if (options.format !== 'esm') continue
    await build({
      ...options,
      config: false,
      dts: false,
      silent: true,
      outDir: join(folder, 'dist'),
    })
  }
  const manifest = {
    name: 'axios-caspio-auth',
    version: '1.2.3',
    type: 'module',
    exports: { './package.json': './package.json' },
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  // A copy, so that it finds the axios beside it.
  await cp(join(root, 'node_modules', REFRESH), join(folder, 'node_modules', REFRESH), {
    recursive: true,
  })
  await mkdir(join(folder, 'node_modules', '.bin'))
  await symlink(fileOf(folder), join(folder, 'node_modules', '.bin', 'axios-caspio-auth'))
  if (hasAxios) {
    const target = join(root, 'node_modules', process.env.AXIOS || 'axios')
    await symlink(target, join(folder, 'node_modules', 'axios'))
  }
}

/** The file that starts the built tool. */
function fileOf(folder: string): string {
  return join(folder, 'dist', 'cli', 'index.js')
}

/** Starts the built tool in its own process. */
export function startProcess(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
) {
  return startProgram(process.execPath, [fileOf(folder), ...args], env)
}

/** Starts a program that runs the built tool. */
function startProgram(program: string, args: readonly string[], env: Record<string, string>) {
  const child = spawn(program, args, {
    env: environmentOfProgram(env),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  const written = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    written.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    written.err += chunk
  })
  const ended = new Promise<Outcome>((resolve) =>
    child.on('close', (code) => resolve(watched(args, { code: code ?? Number.NaN, ...written }))),
  )
  return { child, ended }
}

/** Runs the built tool as npx does, by its link in node_modules/.bin, to its end. */
export function runLink(folder: string, args: readonly string[]): Promise<Outcome> {
  return startProgram(join(folder, 'node_modules', '.bin', 'axios-caspio-auth'), args, {}).ended
}

// Runs a program in a terminal. Only the version of util-linux has the options that we use.
const SCRIPT = 'script'

export const hasTerminal = /util-linux/.test(`${spawnSync(SCRIPT, ['--version']).stdout}`)

/** Runs the built tool in a terminal of so many columns, to its end. */
export function runInTerminal(
  folder: string,
  columns: number,
  args: readonly string[],
): Promise<Outcome> {
  const command = [process.execPath, fileOf(folder), ...args].join(' ')
  const script = ['--quiet', '--return', '--command', `stty cols ${columns}; ${command}`]
  return startProgram(SCRIPT, [...script, '/dev/null'], {}).ended
}

/** Runs the built tool to its end. */
export function runProcess(...args: Parameters<typeof startProcess>): Promise<Outcome> {
  return startProcess(...args).ended
}
