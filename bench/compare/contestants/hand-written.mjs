import axios from 'axios'

// The pair of axios's own documentation (Authentication: "Bearer tokens" and "Token refresh"), for
// client credentials: the token is kept until a minute before it expires, one renewal is shared by
// all who need it (its isRefreshing and failedQueue, as a promise), and a 401 is retried once.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  let token
  let expiresAt = 0
  let renewal

  function renew() {
    renewal ??= axios
      .post(tokenEndpointURL, new URLSearchParams({ grant_type: 'client_credentials' }), {
        auth: { username: clientID, password: clientSecret },
      })
      .then(({ data }) => {
        token = data.access_token
        expiresAt = Date.now() + data.expires_in * 1_000
      })
      .finally(() => {
        renewal = undefined
      })
    return renewal
  }

  api.interceptors.request.use(async (config) => {
    if (Date.now() >= expiresAt - 60_000) await renew()
    config.headers.set('Authorization', `Bearer ${token}`)
    return config
  })
  api.interceptors.response.use(
    (response) => response,
    async (error) => {
      const request = error.config
      if (error.response?.status !== 401 || request._retry) throw error
      request._retry = true
      await renew()
      return api(request)
    },
  )
}
