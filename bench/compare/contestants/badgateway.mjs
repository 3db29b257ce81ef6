import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client'

// README, "Fetch Wrapper", with the authentication method that it recommends.
export function attach({ clientID, clientSecret, tokenEndpointURL }) {
  const client = new OAuth2Client({
    server: tokenEndpointURL,
    clientId: clientID,
    clientSecret,
    tokenEndpoint: tokenEndpointURL,
    authenticationMethod: 'client_secret_post',
  })
  return new OAuth2Fetch({
    client,
    getNewToken: () => client.clientCredentials(),
  })
}
