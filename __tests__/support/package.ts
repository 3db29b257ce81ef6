import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject } from 'vitest'
import './run-folder.js'
import { witness } from './hygiene.js'
import { copyOfRepository, environmentOfProgram, root } from './programs.js'

export const modules = join(root, 'node_modules')

/** A folder for files that are neither in the repository nor in the project. */
export const work = join(inject('runFolder'), 'package')
/** A project in which the package is installed. */
export const project = join(work, 'project')
export const installed = join(project, 'node_modules', 'axios-caspio-auth')

/** What each entry point exports. */
export const EXPORTS = {
  index: [
    'CaspioAuthError',
    'attachCaspioAuth',
    'createCaspioAuth',
    'credentialsFromEnv',
    'isCaspioAuthError',
  ],
  redis: ['redisTokenStore'],
  metering: ['createCallMeter', 'summariseCalls'],
  testing: ['startCaspioAccount'],
}

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program until it ends, without the environment variables of the test runner and npm. */
export function run(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd, env: environmentOfProgram(env), maxBuffer: 1e8, timeout: 120_000 },
      (error, stdout, stderr) =>
        resolve({
          code: error ? Number(error.code ?? Number.NaN) : 0,
          stdout,
          // Not stdout: the example program of caspio-sdk prints a token on purpose.
          stderr: witness(stderr),
        }),
    )
  })
}

/** Runs a program, expects that it succeeds, and returns what it printed. */
export async function outputOf(...args: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...args)
  expect(code, `${stdout}\n${stderr}`).toBe(0)
  return stdout
}

/** Writes this source to a file of the project and runs it. */
export async function runFile(
  name: string,
  source: string,
  env: Record<string, string> = {},
): Promise<Outcome> {
  await writeFile(join(project, name), source)
  return run(process.execPath, [name], project, env)
}

/** Runs this source in the project and parses the JSON that it prints. */
export async function jsonOf<T>(
  name: string,
  source: string,
  env?: Record<string, string>,
): Promise<T> {
  const { code, stdout, stderr } = await runFile(name, source, env)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

/** The tarball of the package and the files in it. */
export const { tarball, packed } = await installedPackage()

interface Package {
  readonly tarball: string
  readonly packed: readonly string[]
}

/** Builds, packs and installs the package, unless another test file of this run has done it. */
async function installedPackage(): Promise<Package> {
  const result = join(work, 'package.json')
  if (existsSync(result)) return JSON.parse(readFileSync(result, 'utf8'))
  await mkdir(work)
  const copy = join(work, 'copy')
  await copyOfRepository('', copy)
  await symlink(modules, join(copy, 'node_modules'))
  await outputOf('npm', ['run', 'build'], copy)
  const [answer] = JSON.parse(await outputOf('npm', ['pack', '--json', '--ignore-scripts'], copy))
  const tarball = join(copy, answer.filename)
  await installInProject(tarball)
  const packed = answer.files.map(({ path }: { path: string }) => path)
  await writeFile(result, JSON.stringify({ tarball, packed }))
  return { tarball, packed }
}

async function installInProject(tarball: string): Promise<void> {
  await mkdir(installed, { recursive: true })
  await mkdir(join(project, 'node_modules', '@types'))
  await writeFile(join(project, 'package.json'), '{ "private": true }')
  await outputOf('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1'], work)
  const install = (name: string, as = name) =>
    symlink(join(modules, name), join(project, 'node_modules', as))
  await install(process.env.AXIOS || 'axios', 'axios')
  await install('@types/node')
  await install('expect-type')
  // A copy, so that it imports this project's axios.
  await cp(
    join(modules, 'axios-auth-refresh'),
    join(project, 'node_modules', 'axios-auth-refresh'),
    { recursive: true },
  )
}
