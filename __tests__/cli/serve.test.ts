import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { main } from '../../src/cli/main.js'
import { RequestLog } from '../../src/testing/request-log.js'
import { temporaryFolder } from '../support/programs.js'
import { runMain, unwrapped } from './support.js'

/** Runs the command until the end of the test. Resolves to what it has printed once it listens. */
async function serve(args: readonly string[]): Promise<string> {
  const controller = new AbortController()
  let ended: Promise<number> | undefined
  const out = await new Promise<string>((resolve) => {
    const stdout = { write: resolve }
    const io = { env: {}, stdout, stderr: stdout, signal: controller.signal }
    ended = main(['serve', ...args], io)
  })
  onTestFinished(async () => {
    controller.abort()
    expect(await ended).toBe(0)
  })
  return out
}

async function dataFile(text: string): Promise<string> {
  const file = join(await temporaryFolder(), 'tables.json')
  await writeFile(file, text)
  return file
}

/** Gets a token with the printed credentials, and lists the tables under the printed URL of v3. */
async function tablesOf(out: string): Promise<string[]> {
  const values = parseEnv(out.slice(out.indexOf('CASPIO_'))) as Record<string, string>
  const token = await fetch(values.CASPIO_TOKEN_ENDPOINT_URL as string, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: values.CASPIO_CLIENT_ID as string,
      client_secret: values.CASPIO_CLIENT_SECRET as string,
    }),
  })
  const { access_token } = (await token.json()) as { access_token: string }
  const url = /REST v3 +(\S+)/.exec(out)?.[1]
  const headers = { Authorization: `Bearer ${access_token}` }
  const tables = (await (await fetch(`${url}/tables`, { headers })).json()) as { Result: string[] }
  return tables.Result
}

describe('serve', () => {
  it('prints the URLs and the credentials of an account on loopback', async () => {
    const out = await serve([])
    const lines = out
      .replace(/[\da-f]{50}/g, 'HEX')
      .replace(/:\d+/g, ':PORT')
      .split('\n')
    expect(lines).toEqual([
      'A stand-in Caspio account listens on http://127.0.0.1:PORT. Stop it with Ctrl+C.',
      '',
      'REST v2  http://127.0.0.1:PORT/rest/v2',
      'REST v3  http://127.0.0.1:PORT/integrations/rest/v3',
      'REST v4  http://127.0.0.1:PORT/integrations/rest/v4',
      '',
      'CASPIO_CLIENT_ID=HEX',
      'CASPIO_CLIENT_SECRET=HEX',
      'CASPIO_TOKEN_ENDPOINT_URL=http://127.0.0.1:PORT/oauth/token',
      '',
    ])
    expect(await tablesOf(out)).toEqual(['Physicians', 'Appointments'])
  })

  it.each([
    ['the rows of each table', '\uFEFF{"Orders":[{"Total":1}],"views":[]}', ['Orders', 'views']],
    ['all data', '{"tables":{"Orders":[]},"files":{"/a.txt":"a"}}', ['Orders']],
    [
      'a table named tables that has no rows',
      '{"tables":{"fields":{}},"Orders":[]}',
      ['tables', 'Orders'],
    ],
    ['files alone', '{"files":{"/a.txt":"a"}}', ['Physicians', 'Appointments']],
    ['profiles alone', '{"profiles":{"Desk":{}}}', ['Physicians', 'Appointments']],
    ['a table named like an option', '{"views":{"rows":[]},"Orders":[]}', ['views', 'Orders']],
    ['a table named tables', '{"tables":{"rows":[]},"Orders":[]}', ['tables', 'Orders']],
  ])('starts with %s', async (_, text, tables) => {
    expect(await tablesOf(await serve(['--data', await dataFile(text)]))).toEqual(tables)
  })

  it('prints the credentials that the file has', async () => {
    const file = await dataFile('{"clientID":"my-id","clientSecret":"my-secret"}')
    const out = await serve(['--data', file])
    expect(out).toContain('CASPIO_CLIENT_ID=my-id\nCASPIO_CLIENT_SECRET=my-secret\n')
    expect(await tablesOf(out)).toEqual(['Physicians', 'Appointments'])
  })

  it('forgets the requests that it has answered, so that its memory does not grow', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const clear = vi.spyOn(RequestLog.prototype, 'clear')
    await tablesOf(await serve([]))
    vi.advanceTimersByTime(1_000)
    const [log] = clear.mock.contexts as RequestLog[]
    expect([log?.token, log?.api]).toEqual([[], []])
    clear.mockRestore()
  })

  it('listens on the port that it is given, and fails if the port is taken', async () => {
    const port = new URL(/http\S+\d/.exec(await serve([]))?.[0] as string).port
    const { code, err } = await runMain(['serve', '--port', port])
    expect(code).toBe(1)
    expect(unwrapped(err)).toBe(
      `axios-caspio-auth: another program is already listening on port ${port}. Stop it, or choose another port with --port`,
    )
  })

  it.each(['x', '-1', '70000', '65536', '123456', '80x'])('refuses the port %j', async (port) => {
    const { code, err } = await runMain(['serve', `--port=${port}`])
    expect({ code, err: unwrapped(err) }).toEqual({
      code: 2,
      err: 'axios-caspio-auth: --port must be an integer from 0 to 65535',
    })
  })

  it.each([
    ['[]', 'must hold a JSON object, such as { "Orders": [] }'],
    ['null', 'must hold a JSON object, such as { "Orders": [] }'],
    ['no JSON', 'must hold a JSON object, such as { "Orders": [] }'],
    ['{"tables":{"Orders":[]},"view":{}}', 'there is no option view. The options are clientID,'],
    ['{"tables":{"Orders":{"row":[]}}}', 'tables.Orders has no option row. The options are rows,'],
    ['{"Orders":5}', 'tables.Orders must be an array of plain objects'],
  ])('refuses the data %s', async (text, words) => {
    const { code, err } = await runMain(['serve', '--data', await dataFile(text)])
    expect(code).toBe(1)
    expect(unwrapped(err)).toContain(words)
  })

  it('says that it cannot read the file', async () => {
    const { code, err } = await runMain(['serve', '--data', 'missing.json'])
    expect(code).toBe(1)
    expect(unwrapped(err)).toContain(
      'cannot read the file missing.json (ENOENT). Check the path after --data',
    )
  })
})
