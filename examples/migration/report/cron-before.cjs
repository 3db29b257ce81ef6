// The cron job that writes a new token to .env.
// Run: node examples/migration/report/cron-before.cjs
require('../support/stand-in.cjs')
const { readFileSync, writeFileSync } = require('node:fs')
const credentials = require('./caspio-config.cjs')
const getAccessToken = require('./caspio-auth.cjs')(credentials)

async function writeNewAccessToken() {
  try {
    const { access_token } = await getAccessToken()
    const text = readFileSync('.env', 'utf8')
    const line = `CASPIO_ACCESS_TOKEN=${access_token}`
    writeFileSync('.env', text.replace(/^CASPIO_ACCESS_TOKEN=.*$/m, line))
    console.log('CASPIO_ACCESS_TOKEN last updated')
  } catch (error) {
    console.error(`CASPIO_ACCESS_TOKEN last attempted update (failed): ${error.message}`)
    process.exitCode = 1
  }
}

writeNewAccessToken()
