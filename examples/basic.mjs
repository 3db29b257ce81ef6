// The smallest program: one line at start-up, then plain axios. Run it with your account's three values:
// CASPIO_CLIENT_ID=… CASPIO_CLIENT_SECRET=… CASPIO_TOKEN_ENDPOINT_URL=… node examples/basic.mjs
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'

const credentials = credentialsFromEnv()
attachCaspioAuth(axios, credentials)

const { origin } = new URL(credentials.tokenEndpointURL)
const { data } = await axios.get(`${origin}/integrations/rest/v3/tables`)
console.log(data.Result)
