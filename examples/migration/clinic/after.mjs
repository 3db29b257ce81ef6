// The same service, without its token code and without the header of each call.
// Run: node examples/migration/clinic/after.mjs
import '../support/stand-in.cjs'
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import * as service from './after/service.mjs'
import { runDay } from './day.mjs'

axios.defaults.timeout = 10_000
attachCaspioAuth(axios, credentialsFromEnv())

await runDay(service)
