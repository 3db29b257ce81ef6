// The carrier takes samples to the laboratory. Its API is not Caspio, but is called with the same axios.
import axios from 'axios'
import { CARRIER } from './urls.mjs'

const KEY = 'key-of-the-clinic'

export async function rates() {
  const { data } = await axios.get(`${CARRIER}/rates`)
  return data
}

export async function orderPickup(parcels) {
  const account = { username: KEY, password: '' }
  const { data } = await axios.post(`${CARRIER}/pickups`, { parcels }, { auth: account })
  return data
}
