import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { PHYSICIANS, sendFirst } from '../support/requests.mjs'

const TEXT = 'the text of the body '.repeat(1_000)
// Far longer than a request takes. Some requests never end.
const TIME_LIMIT_IN_MS = 3_000

const OUTCOMES = ['recovered', 'refused', 'damaged']

export const rows = [
  { id: 'json', name: 'A JSON body, sent with a revoked token', better: OUTCOMES },
  { id: 'form', name: 'A FormData body, sent with a revoked token', better: OUTCOMES },
  {
    id: 'stream',
    name: 'A stream as body, sent with a revoked token',
    better: OUTCOMES,
    why: 'A stream can be read only once. To resend it, the wrapper around `fetch` keeps a copy of every body in memory, whatever its length. The plugin renews the token, and passes the 401 to the caller, who can open the stream again.',
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
 * `recovered`: the resent body was complete. `refused`: the caller gets the 401. `damaged`: the resent
 * body was incomplete, or never ended.
 */
async function post(open, url, data) {
  const { account, client, traffic } = await open()
  await sendFirst(client)
  account.revoke()
  account.log.clear()
  const before = traffic.arrived.api
  const request = client.request({ url, method: 'post', data }).catch(() => {})
  await Promise.race([request, sleep(TIME_LIMIT_IN_MS, undefined, { ref: false })])
  const resent = traffic.arrived.api - before - 1
  if (resent === 0) return 'refused'
  const bodies = account.log.api.slice(1).map(({ body }) => Buffer.from(body).toString())
  return bodies.length === resent && bodies.every((body) => body.includes(TEXT))
    ? 'recovered'
    : 'damaged'
}
