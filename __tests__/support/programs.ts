import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { CaspioAccountCredentials } from '../../src/testing/index.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))

// The programs must not see what a test runner, npm or a developer has set.
const NOT_INHERITED =
  /^(npm_|vitest|node_|caspio_|carrier_|redis_|token_|port$|force_color|no_color|https?_proxy)/i

/** The environment for a program that a test starts. */
export function environmentOfProgram(env: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name))
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...env }
}

/** The credentials as environment variables. */
export function environment({
  clientID,
  clientSecret,
  tokenEndpointURL,
}: CaspioAccountCredentials): Record<string, string> {
  return {
    CASPIO_CLIENT_ID: clientID,
    CASPIO_CLIENT_SECRET: clientSecret,
    CASPIO_TOKEN_ENDPOINT_URL: tokenEndpointURL,
  }
}

/** Creates a folder for the running test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'axios-caspio-auth-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Copies a part of the repository, without installed and built files. */
export function copyOfRepository(part: string, to: string): Promise<void> {
  const skipped = ['node_modules', '.git', 'dist', 'coverage', '.stryker']
  return cp(join(root, part), to, {
    recursive: true,
    filter: (path) => !skipped.includes(basename(path)),
  })
}
