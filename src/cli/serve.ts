import { readFile } from 'node:fs/promises'
import { parseJSON } from '../lib/parse-json.js'
import {
  type CaspioAccount,
  type CaspioAccountOptions,
  startCaspioAccount,
} from '../testing/index.js'
import { readOptions, UsageError } from './arguments.js'
import type { Io } from './io.js'

const OPTIONS = {
  port: { type: 'string', default: '0' },
  data: { type: 'string' },
} as const

const FORGET_AFTER_MS = 1_000

/** Runs a stand-in account until the process ends. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { port, data } = readOptions('serve', args, OPTIONS)
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError('--port must be an integer from 0 to 65535')
  }
  const options = data === undefined ? {} : await readData(data)
  const account = await startCaspioAccount({ ...options, port: Number(port) }).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(
      `another program is already listening on port ${port}. Stop it, or choose another port with --port`,
    )
  })
  io.stdout.write(describe(account))
  // Nobody can read the log here, and it keeps each body.
  const forgetting = setInterval(() => account.log.clear(), FORGET_AFTER_MS)
  await new Promise((resolve) => io.signal?.addEventListener('abort', resolve))
  clearInterval(forgetting)
  await account.close()
  return 0
}

const OPTION_NAMES = ['clientID', 'clientSecret', 'tables', 'views', 'files', 'profiles']

/** Reads the rows of each table, or the options of `startCaspioAccount`. */
async function readData(file: string): Promise<CaspioAccountOptions> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`cannot read the file ${file} (${code}). Check the path after --data`)
  })
  const data = parseJSON(text.replace(/^\uFEFF/, ''))
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new Error(`the file ${file} must hold a JSON object, such as { "Orders": [] }`)
  }
  return holdsOptions(data) ? data : { tables: data as NonNullable<CaspioAccountOptions['tables']> }
}

/** False if each name is that of a table. A table may be named `views`, too. */
function holdsOptions(data: object): boolean {
  const { tables } = data as CaspioAccountOptions
  const isTable = (value: object) => Array.isArray(value) || 'rows' in value || 'fields' in value
  // With `tables`, any other name is an option, perhaps a misspelt one.
  if (Object(tables) === tables && !isTable(tables as object)) return true
  return Object.entries(data).every(
    ([name, value]) => OPTION_NAMES.includes(name) && !Array.isArray(value),
  )
}

function describe({ url, credentials }: CaspioAccount): string {
  const { clientID, clientSecret, tokenEndpointURL } = credentials
  return [
    `A stand-in Caspio account listens on ${url}. Stop it with Ctrl+C.`,
    '',
    `REST v2  ${url}/rest/v2`,
    `REST v3  ${url}/integrations/rest/v3`,
    `REST v4  ${url}/integrations/rest/v4`,
    '',
    `CASPIO_CLIENT_ID=${clientID}`,
    `CASPIO_CLIENT_SECRET=${clientSecret}`,
    `CASPIO_TOKEN_ENDPOINT_URL=${tokenEndpointURL}`,
    '',
  ].join('\n')
}
