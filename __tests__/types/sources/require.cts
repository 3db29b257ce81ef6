import caspioAuth = require('axios-caspio-auth/auth')
import index = require('axios-caspio-auth')
export const getAccessToken = caspioAuth(index.credentialsFromEnv())
// @ts-expect-error the function is the module itself
caspioAuth.default
