import axios from 'axios'
import { clientCredentials } from 'axios-oauth-client'

// README, "Client Credentials grant". The package only gets a token. Its user has to add at least
// this: share the token, keep it until it expires, and set the header.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  const getClientCredentials = clientCredentials(
    axios.create(),
    tokenEndpointURL,
    clientID,
    clientSecret,
  )
  let sharedToken
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
    if (Date.now() >= expiresAt) sharedToken = fetchToken()
    config.headers.Authorization = `Bearer ${await sharedToken}`
    return config
  })
}
