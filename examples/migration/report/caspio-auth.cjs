// In the style of caspio-sdk/auth: fetches a token on every call. If that fails, it logs the error and
// returns false.
const axios = require('axios')

module.exports = function caspioAuth({ clientID, clientSecret, tokenEndpointURL }) {
  return async function getAccessToken() {
    try {
      const request = await axios({
        method: 'post',
        url: tokenEndpointURL,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        auth: { username: clientID, password: clientSecret },
        data: 'grant_type=client_credentials',
      })
      return request.data
    } catch (error) {
      console.log(`Caspio server response was "${error.response?.status ?? error.message}"`)
      return false
    }
  }
}
