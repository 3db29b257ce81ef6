import { spawn } from 'node:child_process'
import { cp, symlink, writeFile } from 'node:fs/promises'
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

/** A token is printed on purpose, on stdout alone. */
function watched([command]: readonly string[], outcome: Outcome): Outcome {
  witness(outcome.err)
  if (command !== 'token') witness(outcome.out)
  return outcome
}

/** Builds the package's ESM files as tsup.config.ts says, with axios beside them if it is wanted. */
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
  if (hasAxios) {
    const target = join(root, 'node_modules', process.env.AXIOS || 'axios')
    await symlink(target, join(folder, 'node_modules', 'axios'))
  }
}

/** Starts the built tool in a process of its own. */
export function startProcess(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
) {
  const child = spawn(process.execPath, [join(folder, 'dist', 'cli', 'index.js'), ...args], {
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

/** Runs the built tool to its end. */
export function runProcess(...args: Parameters<typeof startProcess>): Promise<Outcome> {
  return startProcess(...args).ended
}
