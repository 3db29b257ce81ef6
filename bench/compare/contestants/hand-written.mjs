import axios from 'axios'

// The two interceptors of axios's documentation (Authentication: "Bearer tokens" and "Token refresh"),
// for client credentials. The token is kept until a minute before it expires. All callers share one
// renewal (a promise instead of isRefreshing and failedQueue). A 401 is retried once.
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
