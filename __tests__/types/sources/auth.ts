import caspioAuth from 'axios-caspio-auth/auth'

const getAccessToken: () => Promise<{
  access_token: string
  token_type: string
  expires_in: number
  refresh_token: string
}> = caspioAuth({ clientID: 'a', clientSecret: 'b', tokenEndpointURL: 'c' }, { retries: 0 })
export const pending = getAccessToken().then((token) => token.refresh_token)
// @ts-expect-error a misspelt credential
caspioAuth({ clientId: 'a', clientSecret: 'b', tokenEndpointURL: 'c' })
// @ts-expect-error the option renewBefore, which is only for cached tokens
caspioAuth({ clientID: 'a', clientSecret: 'b', tokenEndpointURL: 'c' }, { renewBefore: 1 })
