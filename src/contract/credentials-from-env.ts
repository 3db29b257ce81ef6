import { configError } from './errors.js'
import { IN_THE_ACCOUNT } from './in-the-account.js'
import type { CaspioCredentials } from './types.js'

/**
 * Reads the credentials from `CASPIO_CLIENT_ID`, `CASPIO_CLIENT_SECRET` and
 * `CASPIO_TOKEN_ENDPOINT_URL`. Surrounding white space is dropped: files and shells add it.
 *
 * @param env defaults to `process.env`
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG`, naming every variable that is missing or blank
 */
export function credentialsFromEnv(
  // Not every runtime has a process.
  env: Readonly<Record<string, string | undefined>> = (globalThis as { process?: NodeJS.Process })
    .process?.env ?? {},
): CaspioCredentials {
  const missing: string[] = []
  const read = (name: string): string => {
    const value = String(env[name] ?? '').trim()
    if (!value) missing.push(name)
    return value
  }
  const credentials = {
    clientID: read('CASPIO_CLIENT_ID'),
    clientSecret: read('CASPIO_CLIENT_SECRET'),
    tokenEndpointURL: read('CASPIO_TOKEN_ENDPOINT_URL'),
  }
  if (missing.length > 0) {
    throw configError(
      `set ${missing.join(', ')} in the environment. The values stand ${IN_THE_ACCOUNT}.`,
    )
  }
  return credentials
}
