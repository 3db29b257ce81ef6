import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import type { Environment } from './io.js'

export interface Values {
  readonly env: Environment
  /** Names that have one value in the file and another in the environment. The environment wins. */
  readonly conflicts: readonly string[]
}

/**
 * Adds the variables of a file to the environment, which keeps the values that it has. As with Node's
 * --env-file, they count for the whole process: axios looks there for a proxy.
 */
export async function readEnvironment(env: Environment, file: string | undefined): Promise<Values> {
  if (file === undefined) return { env, conflicts: [] }
  const variables: Environment = parseEnv(await readText(file))
  const conflicts = Object.keys(variables).filter(
    (name) =>
      name.startsWith('CASPIO_') && env[name] !== undefined && env[name] !== variables[name],
  )
  return { env: Object.assign(env, { ...variables, ...env }), conflicts }
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`cannot read the file ${file} (${code}). Check the path after --dotenv`)
  })
  // PowerShell and Notepad write UTF-16 with a byte order mark.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8'
  return bytes.toString(encoding).replace(/^\uFEFF/, '')
}
