// An export that cron runs every night. It keeps its token in a file for the next run. If no CASPIO_*
// variable is set, it runs two nights with a stand-in account.
// Run: node examples/cron/nightly-export.mjs [table] [file]
import '../migration/support/stand-in.cjs'
import { writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { fileStore } from '../support/file-store.mjs'

const PAGE_SIZE = 5

const [table = 'Physicians', file = `${table}.jsonl`] = process.argv.slice(2)
const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)
const caspio = axios.create({ baseURL: `${origin}/integrations/rest/v3` })
attachCaspioAuth(caspio, credentials, {
  tokenStore: fileStore(process.env.TOKEN_FILE || join(homedir(), '.caspio-token.json')),
})

try {
  const records = await readAll()
  // Written only when all records are here, so that a failed run keeps the file of the last run.
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  console.log(`wrote ${records.length} records of ${table} to ${file}`)
} catch ({ message }) {
  // cron mails what a job prints. Do not call process.exit(): the token may not be written yet.
  console.error(`The export failed: ${message}`)
  process.exitCode = 1
}

async function readAll() {
  const records = []
  for (let page = 1; ; page++) {
    const params = { 'q.orderBy': 'PK_ID', 'q.pageNumber': page, 'q.pageSize': PAGE_SIZE }
    const { data } = await caspio.get(`/tables/${table}/records`, { params })
    records.push(...data.Result)
    if (data.Result.length < PAGE_SIZE) return records
  }
}
