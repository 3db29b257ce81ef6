import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'

// README, "Usage" and "Request interceptor". A variable replaces localStorage, and Caspio's token
// endpoint replaces the refresh route.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  let token

  const refreshAuthLogic = (failedRequest) =>
    axios
      .post(tokenEndpointURL, new URLSearchParams({ grant_type: 'client_credentials' }), {
        auth: { username: clientID, password: clientSecret },
      })
      .then((tokenRefreshResponse) => {
        token = tokenRefreshResponse.data.access_token
        failedRequest.response.config.headers.Authorization = `Bearer ${token}`
      })

  createAuthRefresh(api, refreshAuthLogic)
  api.interceptors.request.use((request) => {
    request.headers.Authorization = `Bearer ${token}`
    return request
  })
}
