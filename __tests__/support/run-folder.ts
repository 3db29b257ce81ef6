import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder for what several test files need and one of them makes. */
    runFolder: string
  }
}

/** Creates a folder for this run of vitest. */
export default async function setup({ provide }: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), 'axios-caspio-auth-run-'))
  provide('runFolder', folder)
  return () => rm(folder, { recursive: true, force: true })
}
