import type { CaspioCredentials } from '../contract/types.js'
import { credentialsFromEnv } from '../index.js'
import type { Environment } from './io.js'

/** The three values. The error tells of --env-file, if that was not given. */
export function readCredentials(env: Environment, file: string | undefined): CaspioCredentials {
  try {
    return credentialsFromEnv(env)
  } catch (error) {
    if (file === undefined) {
      ;(error as Error).message += ' A file that sets them can be given with --env-file .env.'
    }
    throw error
  }
}
