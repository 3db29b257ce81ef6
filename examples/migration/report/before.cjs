// A nightly report whose client sets a token on each call.
// Run: node examples/migration/report/before.cjs
require('../support/stand-in.cjs')
const credentials = require('./caspio-config.cjs')
const caspio = require('./caspio-client.cjs')(credentials)
const countAppointments = require('./count-appointments.cjs')

async function report() {
  const counts = await countAppointments(caspio)
  if (counts) console.log('Appointments:', counts)
  else process.exitCode = 1
}

report()
