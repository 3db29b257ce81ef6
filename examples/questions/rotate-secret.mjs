// How do I rotate the secret without downtime? Run: node examples/questions/rotate-secret.mjs
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'
import { startCaspioAccount } from 'axios-caspio-auth/testing'
import { passHours } from '../support/pass-hours.mjs'

const account = await startCaspioAccount()
const api = axios.create({ baseURL: `${account.url}/integrations/rest/v3` })
let onReattached
const reattached = new Promise((resolve) => {
  onReattached = resolve
})

function attach() {
  // Instead of account.credentials, read the current secret from your secret manager.
  attachCaspioAuth(api, account.credentials, {
    onEvent({ type, error, background }) {
      if (type !== 'acquisition-failed' || error.code !== 'ERR_CASPIO_CREDENTIALS') return
      attach()
      onReattached(`a renewal was refused${background ? ' in the background' : ''}: attached again`)
    },
  })
}

attach()
await sendTen('with the old secret')
account.rotateSecret()
await sendTen('after the rotation')
passHours(23)
await sendTen('23 hours later')
console.log(await reattached)
await sendTen('with the new secret')
console.log(`token requests: ${account.log.token.map(({ status }) => status).join(', ')}`)
await account.close()

async function sendTen(when) {
  const sent = Array.from({ length: 10 }, () => api.get('/tables'))
  const failed = (await Promise.allSettled(sent)).filter(({ status }) => status === 'rejected')
  console.log(`${when}: ${failed.length} of 10 requests failed`)
}
