import { bearerTokenAuthenticationPolicy } from '@azure/core-rest-pipeline'

// As Azure's clients add it to their pipeline. Its README leaves that to generated code. The credential
// does what @azure/identity does for Entra ID.
export function attach(pipeline, { clientID, clientSecret, tokenEndpointURL }) {
  const credential = {
    async getToken(_scopes, { abortSignal }) {
      const response = await fetch(tokenEndpointURL, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientID,
          client_secret: clientSecret,
        }),
        signal: abortSignal,
      })
      if (!response.ok) throw new Error(`The token endpoint answered ${response.status}.`)
      const { access_token, expires_in } = await response.json()
      return { token: access_token, expiresOnTimestamp: Date.now() + expires_in * 1_000 }
    },
  }
  pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: [] }))
}
