import axios from 'axios'
import { createAuthRefresh } from 'axios-auth-refresh'

// README, "Deduplicate refresh calls": switched off, since a 401 that comes in during a refresh
// goes to its caller otherwise, with `skipAuthRefresh` on the refresh call; and "Retry instance",
// so that the caller's interceptors do not see a recovered call twice. What is left to the user's
// functions is written with care: the first token is fetched before the first request, all share
// one fetch, and a token that has been replaced already is not fetched again.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  const retryInstance = axios.create()
  let token
  let fetching

  function fetchToken() {
    fetching ??= axios
      .post(tokenEndpointURL, new URLSearchParams({ grant_type: 'client_credentials' }), {
        auth: { username: clientID, password: clientSecret },
        skipAuthRefresh: true,
      })
      .then(({ data }) => {
        token = data.access_token
      })
      .finally(() => {
        fetching = undefined
      })
    return fetching
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
