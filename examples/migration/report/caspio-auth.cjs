// In the style of caspio-sdk/auth: a fresh token on every call; an error is logged, and the answer
// is false.
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
