import { formatCell } from './format.mjs'

/** The rows that the chart shows, by file and id, with a short title. */
const PANELS = [
  ['revoked-token', 'failed', ['Failed requests', '200 at once, token revoked']],
  ['late-401s', 'tokenRequests', ['Token requests', 'five late 401s']],
  ['outage-at-renewal', 'failed', ['Failed requests', 'token endpoint down for an hour']],
  ['single-503', 'failed', ['Failed requests', 'one 503 from the token endpoint']],
  ['outage', 'inTurn', ['Calls billed', '100 requests, token endpoint down']],
  ['permanent-401', 'calls', ['Calls billed', '100 requests, always 401']],
  ['week', 'refreshTokens', ['Live refresh tokens', 'after a week']],
  ['foreign-origin', 'direct', ['Tokens to a foreign origin', 'ten requests']],
  ['interceptors', 'runs', ['Runs of an interceptor', 'in a recovered call']],
  ['time-stubbed', 'added', ['Time added per request, µs', 'stubbed adapter']],
  ['bytes', 'gzipped', ['Size in bytes', 'minified and gzipped']],
  ['import-time', 'time', ['Import time, ms', 'HTTP client already loaded']],
]

export function choosePanels(results) {
  return PANELS.flatMap(([file, id, title]) => {
    const result = results.find(({ row }) => row.file === file && row.id === id)
    if (!result) return []
    const { row, cells } = result
    return [{ title, cells, format: (cell) => formatCell(row, { ...cell, noise: undefined }) }]
  })
}
