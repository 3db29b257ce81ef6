// The clinic service as somebody wrote it years ago: 20 call sites and a hand-written token cache.
// Run: node examples/migration/clinic/before.mjs
import '../support/stand-in.cjs'
import axios from 'axios'
import * as service from './before/service.mjs'
import { runDay } from './day.mjs'

axios.defaults.timeout = 10_000

await runDay(service)
