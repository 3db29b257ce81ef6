const CLIENTS = { axios: 'axios', azure: '@azure/core-rest-pipeline' }

const [id, kind] = process.argv.slice(2)
if (CLIENTS[kind]) await import(CLIENTS[kind])
// Warm up the loader and collect the garbage, so that the client's import is not measured.
await import('../../import/empty.mjs')
gc({ type: 'minor' })
const started = performance.now()
await import(`../contestants/${id}.mjs`)
process.send(performance.now() - started, () => process.exit())
