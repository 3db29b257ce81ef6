import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { PHYSICIANS, warm } from '../support/requests.mjs'

const TEXT = 'what the body says '.repeat(1_000)
// Far longer than any of it takes; some never end.
const PATIENCE_IN_MS = 3_000

const OUTCOMES = ['recovered', 'refused', 'damaged']

export const rows = [
  { id: 'json', name: 'A JSON body on a revoked token', better: OUTCOMES },
  { id: 'form', name: 'A FormData body on a revoked token', better: OUTCOMES },
  {
    id: 'stream',
    name: 'A stream as body on a revoked token',
    better: OUTCOMES,
    why: 'A stream can be read once. To send it again, the wrapper around `fetch` keeps a copy of every body in memory, of whatever length; the plugin hands the 401 to the caller, who has the source, and renews the token meanwhile.',
  },
]

export async function measure({ open }) {
  const json = await post(open, PHYSICIANS.url, { LastName: TEXT })
  const form = new FormData()
  form.set('File', new Blob([TEXT]), 'notes.txt')
  return {
    json,
    form: await post(open, '/files', form),
    stream: await post(open, '/files', Readable.from([TEXT])),
  }
}

/**
 * `recovered`: sent again, whole. `refused`: the caller gets the 401. `damaged`: what was sent
 * again was not whole, or never ended.
 */
async function post(open, url, data) {
  const { account, client, traffic } = await open()
  await warm(client)
  account.revoke()
  account.log.clear()
  const before = traffic.arrived.api
  const request = client.request({ url, method: 'post', data }).catch(() => {})
  await Promise.race([request, sleep(PATIENCE_IN_MS, undefined, { ref: false })])
  const resent = traffic.arrived.api - before - 1
  if (resent === 0) return 'refused'
  const bodies = account.log.api.slice(1).map(({ body }) => Buffer.from(body).toString())
  return bodies.length === resent && bodies.every((body) => body.includes(TEXT))
    ? 'recovered'
    : 'damaged'
}
