import type { CaspioCredentials } from '../contract/types.js'
import { credentialsFromEnv } from '../index.js'
import type { Environment } from './io.js'

/** Reads the three values. If no file was given, the error mentions that option. */
export function readCredentials(env: Environment, file: string | undefined): CaspioCredentials {
  try {
    return credentialsFromEnv(env)
  } catch (error) {
    if (file === undefined) {
      ;(error as Error).message += ' To read the values from a file, add --dotenv .env'
    }
    throw error
  }
}
