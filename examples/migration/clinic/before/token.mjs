import axios from 'axios'

let token = null
let expiresAt = 0

export async function getToken() {
  if (token && Date.now() < expiresAt - 60 * 1000) return token
  try {
    const form = new URLSearchParams()
    form.append('grant_type', 'client_credentials')
    form.append('client_id', process.env.CASPIO_CLIENT_ID)
    form.append('client_secret', process.env.CASPIO_CLIENT_SECRET)
    const response = await axios.post(process.env.CASPIO_TOKEN_ENDPOINT_URL, form)
    token = response.data.access_token
    expiresAt = Date.now() + response.data.expires_in * 1000
    return token
  } catch (error) {
    console.error('Failed to get Caspio token:', error.response?.status || error.message)
    throw new Error('Failed to get Caspio token')
  }
}
