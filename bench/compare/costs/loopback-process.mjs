import { createCaspioAuth } from 'axios-caspio-auth'
import { measureAdded } from '../../support/measure-added.mjs'
import { createPairs } from './paired.mjs'
import { startAccount } from './start-account.mjs'

const [id, kind, rounds, warmUp] = process.argv.slice(2)
const { attach } = await import(`../contestants/${id}.mjs`)
const account = await startAccount()
const { access_token: token } = await createCaspioAuth(account.credentials).getAccessToken()
// The baseline sets the header without any authorisation code.
const headers = { Authorization: `Bearer ${token}` }
const pairs = await createPairs([{ id, kind, attach }], account, (_, attached) =>
  attached ? {} : { headers },
)
const pace = { rounds: Number(rounds), warmUp: Number(warmUp), requests: 1 }
const times = await measureAdded(pairs, pace)
account.close()
const measured = { added: times.get(id).added.value, baseline: times.get(`baseline ${kind}`).total }
process.send(measured, () => process.exit())
