'use client'
// The axios instance that pages import. It gets its token from our route.
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'

export const caspio = axios.create({
  baseURL: `${process.env.NEXT_PUBLIC_CASPIO_URL}/integrations/rest/v3`,
})

let lastToken = ''

attachCaspioAuth(caspio, async ({ renew }) => {
  // The last characters identify the rejected token, and are useless to anybody else.
  const response = await fetch(`/api/caspio-token?rejected=${renew ? lastToken.slice(-8) : ''}`)
  if (!response.ok) throw new Error(`/api/caspio-token answered ${response.status}`)
  const token = await response.json()
  lastToken = token.access_token
  return token
})
