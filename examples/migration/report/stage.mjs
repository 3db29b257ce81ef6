// Runs a program of this folder with a stand-in account for several nights, in a folder with a .env.
// ../support/stand-in.cjs starts this file.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { runProgram } from '../support/run-program.mjs'

const program = process.argv[2]
const account = await startCaspioAccount()
const folder = await mkdtemp(join(tmpdir(), 'caspio-report-'))
const envFile = join(folder, '.env')
await writeFile(envFile, 'CASPIO_ACCESS_TOKEN=none\n', { mode: 0o600 })

try {
  await (basename(program).startsWith('cron') ? showCronJob() : showReport())
} finally {
  await rm(folder, { recursive: true })
  await account.close()
}

async function showReport() {
  console.log('First night, after the cron job:')
  await run(file('cron-before.cjs'))
  await run(program)
  console.log('Second night: the cron job did not run, and the token in .env was revoked:')
  account.revoke()
  await run(program)
  if (basename(program) === 'before.cjs') return
  console.log('Third night: there is no cron job, and no token in .env:')
  await writeFile(envFile, '')
  await run(program)
}

async function showCronJob() {
  console.log('First night:')
  await run(program)
  await run(file('before.cjs'))
  console.log(
    "Second night: the token endpoint is down, and the first night's token is still valid:",
  )
  account.tokenEndpoint.fail()
  await run(program)
  await run(file('before.cjs'))
}

async function run(path) {
  const { length: earlier } = account.log.token
  // A token in your environment would override the one in .env.
  const env = { CASPIO_ACCESS_TOKEN: undefined }
  const code = await runProgram(path, account.credentials, { cwd: folder, env })
  const tokenRequests = account.log.token.length - earlier
  console.log(`  ${basename(path)}: exit code ${code}, token requests: ${tokenRequests}`)
}

function file(name) {
  return fileURLToPath(new URL(name, import.meta.url))
}
