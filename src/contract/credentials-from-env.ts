import { configError } from './errors.js'
import { IN_YOUR_ACCOUNT } from './in-your-account.js'
import type { KnownCredentials } from './types.js'

/**
 * Reads the credentials from the environment variables `CASPIO_CLIENT_ID`, `CASPIO_CLIENT_SECRET`
 * and `CASPIO_TOKEN_ENDPOINT_URL`. Leading and trailing white space is dropped: files and shells
 * add it.
 *
 * @param env defaults to `process.env`
 * @throws CaspioAuthError `ERR_CASPIO_CONFIG`, naming every variable that is missing or empty
 */
export function credentialsFromEnv(
  // Browsers and some workers have no `process`.
  env: Readonly<Record<string, string | undefined>> = (globalThis as { process?: NodeJS.Process })
    .process?.env ?? {},
): KnownCredentials {
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
      `set ${missing.join(', ')} in the environment. Find the values ${IN_YOUR_ACCOUNT}.`,
    )
  }
  return credentials
}
