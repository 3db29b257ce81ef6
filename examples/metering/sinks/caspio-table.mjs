// Keeps the counts of a fleet in a table of the Caspio account itself. Its own calls are counted, too,
// in the record that they write. Create the table with three fields: DeltaID (Text 255), LastDay (Text
// 255) and Counts (Text 64000).
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'

// The counts of so many rows fit into 64,000 characters.
const MOST_ROWS = 400
const PAGE_SIZE = 1_000
const DAY_MS = 86_400_000

/**
 * @param auth the `CaspioAuth` whose events the meter gets
 * @param origin like `https://a1bcd234.caspio.com`
 */
export function caspioTableSink(auth, origin, { table = 'CaspioCalls', timeout = 30_000 } = {}) {
  const url = `${origin}/integrations/rest/v3/tables/${table}/records`
  const api = axios.create({ timeout })
  // What this sink sent, and no record has yet.
  const own = { lower: 0, upper: 0 }
  const addOwn = (lower, upper) => {
    own.lower += lower
    own.upper += upper
  }
  // The token is that of `auth`, but these calls are not for its listener: otherwise each record would
  // be a call that the next record has to count.
  attachCaspioAuth(api, (request) => auth.getAccessToken(request), {
    origins: [origin],
    onEvent: ({ type, status }) => type === 'api-call' && addOwn(status === undefined ? 0 : 1, 1),
  })
  // What the records have of `own` that may have been written, although their calls failed.
  const attempts = new Map()

  async function isThere(id) {
    const { data } = await api.get(url, { params: { 'q.where': `DeltaID='${id}'` } })
    return data.Result.length > 0
  }

  async function writeRecord(id, rows) {
    const earlier = attempts.get(id)
    if (earlier && (await isThere(id))) {
      // The record has its own call, too, which got no answer.
      addOwn(-earlier.lower, -earlier.upper - 1)
    } else {
      const included = { ...own }
      attempts.set(id, included)
      const { day } = rows.at(-1)
      const counts = [
        ...rows.map((row) => [row.day, row.kind, row.resource, row.lower, row.upper]),
        [day, 'call', `tables/${table}`, included.lower + 1, included.upper + 1],
      ]
      await api.post(url, { DeltaID: id, LastDay: day, Counts: JSON.stringify(counts) })
      addOwn(-included.lower - 1, -included.upper - 1)
    }
    attempts.delete(id)
  }

  // The parts that were written already, if the delta comes again.
  let written = { id: '', parts: 0 }

  return {
    async write({ id, counts }) {
      if (written.id !== id) written = { id, parts: 0 }
      for (let part = written.parts; part * MOST_ROWS < counts.length; part++) {
        const rows = counts.slice(part * MOST_ROWS, (part + 1) * MOST_ROWS)
        await writeRecord(`${id}-${part}`, rows)
        written.parts = part + 1
      }
    },
    async read() {
      const since = new Date(Date.now() - 33 * DAY_MS).toISOString().slice(0, 10)
      const rows = []
      for (let page = 1, size = PAGE_SIZE; size === PAGE_SIZE; page++) {
        const { data } = await api.get(url, {
          params: {
            'q.select': 'Counts',
            'q.where': `LastDay>='${since}'`,
            'q.orderBy': 'PK_ID',
            'q.pageSize': PAGE_SIZE,
            'q.pageNumber': page,
          },
        })
        size = data.Result.length
        for (const { Counts } of data.Result) {
          for (const [day, kind, resource, lower, upper] of JSON.parse(Counts)) {
            rows.push({ day, kind, resource, lower, upper })
          }
        }
      }
      return rows
    },
  }
}
