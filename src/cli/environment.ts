import { readFile } from 'node:fs/promises'
import util from 'node:util'
import type { Environment } from './io.js'

export interface Values {
  readonly env: Environment
  /** Names for which the file has another value than the environment, which goes first. */
  readonly overruled: readonly string[]
}

/** The environment, and behind it what a file says, as Node's `--env-file` does it. */
export async function readEnvironment(env: Environment, file: string | undefined): Promise<Values> {
  if (file === undefined) return { env, overruled: [] }
  const said = parse(await read(file))
  const overruled = Object.keys(said).filter(
    (name) => name.startsWith('CASPIO_') && env[name] !== undefined && env[name] !== said[name],
  )
  return { env: { ...said, ...env }, overruled }
}

async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`the file of --env-file cannot be read (${code}): ${file}`)
  })
  // PowerShell and Notepad write UTF-16, and a mark in front.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8'
  return bytes.toString(encoding).replace(/^\uFEFF/, '')
}

function parse(text: string): Environment {
  // Since Node 20.12.
  if (!util.parseEnv) throw new Error('--env-file needs Node 20.12 or newer.')
  return util.parseEnv(text)
}
