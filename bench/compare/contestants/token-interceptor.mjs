import axios from 'axios'
import tokenProvider from 'axios-token-interceptor'

// README, "Caching", the second example.
export function attach(api, { clientID, clientSecret, tokenEndpointURL }) {
  const getTokenFromAuthorizationServer = () =>
    axios.post(tokenEndpointURL, new URLSearchParams({ grant_type: 'client_credentials' }), {
      auth: { username: clientID, password: clientSecret },
    })

  const cache = tokenProvider.tokenCache(
    () => getTokenFromAuthorizationServer().then((res) => res.data),
    { getMaxAge: (body) => body.expires_in * 1_000 },
  )
  api.interceptors.request.use(
    tokenProvider({
      getToken: cache,
      headerFormatter: (body) => `Bearer ${body.access_token}`,
    }),
  )
}
