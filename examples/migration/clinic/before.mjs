// The clinic service as it was written years ago: 20 call sites, and a token cache by hand. Run it
// from the repository, after npm ci && npm run build:
// node examples/migration/clinic/before.mjs
import '../support/stand-in.cjs'
import axios from 'axios'
import * as service from './before/service.mjs'
import { runDay } from './day.mjs'

axios.defaults.timeout = 10_000

await runDay(service)
