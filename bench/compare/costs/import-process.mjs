const CLIENTS = { axios: 'axios', azure: '@azure/core-rest-pipeline' }

const [id, kind] = process.argv.slice(2)
if (CLIENTS[kind]) await import(CLIENTS[kind])
// The loader itself is warm as well.
await import('node:timers/promises')
const started = performance.now()
await import(`../contestants/${id}.mjs`)
process.send(performance.now() - started, () => process.exit())
