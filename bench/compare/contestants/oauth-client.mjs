import axios from 'axios'
import { clientCredentials } from 'axios-oauth-client'

// README, "Client Credentials grant". It ends where the token is there: that it is shared, kept
// until it expires and put on the requests is the least that its user adds.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  const getClientCredentials = clientCredentials(
    axios.create(),
    tokenEndpointURL,
    clientID,
    clientSecret,
  )
  let shared
  let expiresAt = 0

  async function fetchToken() {
    expiresAt = Number.POSITIVE_INFINITY
    try {
      const auth = await getClientCredentials()
      expiresAt = Date.now() + auth.expires_in * 1_000
      return auth.access_token
    } catch (error) {
      expiresAt = 0
      throw error
    }
  }

  api.interceptors.request.use(async (config) => {
    if (Date.now() >= expiresAt) shared = fetchToken()
    config.headers.Authorization = `Bearer ${await shared}`
    return config
  })
}
