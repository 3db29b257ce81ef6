// The file to deploy. A cold start loads this file; a warm start only calls the handler again.
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { tokenStore } from './token-store.mjs'

const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)
const caspio = axios.create({ baseURL: `${origin}/integrations/rest/v3` })
// Attach outside the handler: a warm start has its token in hand. A cold start takes it from the store.
attachCaspioAuth(caspio, credentials, { tokenStore })

export async function handler() {
  const { data } = await caspio.get('/tables')
  return { statusCode: 200, body: JSON.stringify(data.Result) }
}
