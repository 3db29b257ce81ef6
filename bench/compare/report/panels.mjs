import { formatCell } from './format.mjs'

/** The rows that are drawn, as file and id, with a title that fits. */
const PANELS = [
  ['revoked-herd', 'lost', ['Requests lost', '200 at once, token revoked']],
  ['stragglers', 'tokenRequests', ['Token requests', 'five late 401s']],
  ['outage-at-renewal', 'lost', ['Requests lost', 'token endpoint down for an hour']],
  ['hiccup', 'lost', ['Requests lost', 'one 503 of the token endpoint']],
  ['outage', 'inTurn', ['Calls billed', '100 requests, token endpoint down']],
  ['permanent-401', 'calls', ['Calls billed', '100 requests, always 401']],
  ['week', 'refreshTokens', ['Refresh tokens taken', 'in a week']],
  ['strangers', 'direct', ['Tokens to a foreign origin', 'ten requests']],
  ['interceptors', 'runs', ['Runs of an interceptor', 'in a recovered call']],
  ['time-stubbed', 'added', ['Time added per request, µs', 'adapter stubbed']],
  ['bytes', 'gzipped', ['Bytes shipped', 'minified and gzipped']],
  ['import-time', 'time', ['Import time, ms', 'its HTTP client loaded before']],
]

export function choosePanels(results) {
  return PANELS.flatMap(([file, id, title]) => {
    const result = results.find(({ row }) => row.file === file && row.id === id)
    if (!result) return []
    const { row, cells } = result
    return [{ title, cells, format: (cell) => formatCell(row, { ...cell, noise: undefined }) }]
  })
}
