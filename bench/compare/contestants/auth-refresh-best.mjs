import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'

// README, "Deduplicate refresh calls", switched off: otherwise a 401 that arrives during a refresh goes
// to its caller. The refresh call has `skipAuthRefresh`. README, "Retry instance": the caller's
// interceptors do not see a recovered call twice. The user's functions are written with care: the
// first token is fetched before the first request, all callers share one token request, and a token
// that was replaced already is not fetched again.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  const retryInstance = axios.create()
  let token
  let pendingFetch

  function fetchToken() {
    pendingFetch ??= axios
      .post(tokenEndpointURL, new URLSearchParams({ grant_type: 'client_credentials' }), {
        auth: { username: clientID, password: clientSecret },
        skipAuthRefresh: true,
      })
      .then(({ data }) => {
        token = data.access_token
      })
      .finally(() => {
        pendingFetch = undefined
      })
    return pendingFetch
  }

  async function authorise(request) {
    if (!token) await fetchToken()
    request.headers.Authorization = `Bearer ${token}`
    return request
  }

  createAuthRefresh(
    api,
    async (failedRequest) => {
      if (failedRequest.config.headers.Authorization === `Bearer ${token}`) await fetchToken()
    },
    { deduplicateRefresh: false, retryInstance },
  )
  api.interceptors.request.use(authorise)
  retryInstance.interceptors.request.use(authorise)
}
