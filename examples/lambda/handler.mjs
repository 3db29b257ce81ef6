// What is deployed. A cold start loads this file, a warm one calls the handler again.
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { tokenStore } from './token-store.mjs'

const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)
const caspio = axios.create({ baseURL: `${origin}/rest/v2` })
// Out here, so that a warm start has its token in hand; the store serves the cold ones.
attachCaspioAuth(caspio, credentials, { tokenStore })

export async function handler() {
  const { data } = await caspio.get('/tables')
  return { statusCode: 200, body: JSON.stringify(data.Result) }
}
