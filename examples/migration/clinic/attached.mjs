// The same service, unchanged, with the plugin attached at start-up.
// Run: node examples/migration/clinic/attached.mjs
import '../support/stand-in.cjs'
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import * as service from './before/service.mjs'
import { runDay } from './day.mjs'

axios.defaults.timeout = 10_000
attachCaspioAuth(axios, credentialsFromEnv())

await runDay(service)
