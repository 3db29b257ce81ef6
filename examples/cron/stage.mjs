// Runs the export two nights with a stand-in account. ../migration/support/stand-in.cjs starts it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { runProgram } from '../migration/support/run-program.mjs'

const account = await startCaspioAccount()
const cwd = await mkdtemp(join(tmpdir(), 'caspio-export-'))
const env = { TOKEN_FILE: join(cwd, 'token.json') }
for (const night of ['first', 'second']) {
  console.log(`${night} night:`)
  const code = await runProgram(process.argv[2], account.credentials, { cwd, env })
  console.log(`exit code ${code}, token requests so far: ${account.log.token.length}`)
}
await rm(cwd, { recursive: true })
await account.close()
