const CLIENTS = { axios: 'axios', azure: '@azure/core-rest-pipeline' }

const [id, kind] = process.argv.slice(2)
if (CLIENTS[kind]) await import(CLIENTS[kind])
// The loader itself is warm as well: the first module after the client pays for what that left over.
await import('../../import/empty.mjs')
gc({ type: 'minor' })
const started = performance.now()
await import(`../contestants/${id}.mjs`)
process.send(performance.now() - started, () => process.exit())
