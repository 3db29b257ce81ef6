// A client in the style of caspio-sdk: it builds its headers once, with the token from the
// configuration. If a call fails, it logs the error and returns undefined.
const axios = require('axios')

module.exports = function caspio({ accessToken, tokenEndpointURL }) {
  const baseURL = `${new URL(tokenEndpointURL).origin}/rest`
  const headers = {
    authorization: `bearer ${accessToken}`,
    'content-type': 'application/json',
    accept: 'application/json',
  }

  async function getRecords(table, where) {
    const query = where ? `?q.where=${encodeURIComponent(where)}` : ''
    try {
      const request = await axios({
        method: 'get',
        url: `${baseURL}/v2/tables/${table}/records${query}`,
        headers,
      })
      return request.data.Result
    } catch (error) {
      console.log(`Caspio server response was "${error.response?.status ?? error.message}"`)
      return undefined
    }
  }

  return { getRecords }
}
