// The same report with the plugin attached. Its client still sets the token from .env.
// Run: node examples/migration/report/attached.cjs
require('../support/stand-in.cjs')
const credentials = require('./caspio-config.cjs')
require('axios-caspio-auth').attachCaspioAuth(require('axios'), credentials)
const caspio = require('./caspio-client.cjs')(credentials)
const countAppointments = require('./count-appointments.cjs')

async function report() {
  const counts = await countAppointments(caspio)
  if (counts) console.log('Appointments:', counts)
  else process.exitCode = 1
}

report()
