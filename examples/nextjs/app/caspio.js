'use client'
// What pages import: an axios instance that asks our own route for its token.
import axios from 'axios'
import { attachCaspioAuth } from 'axios-caspio-auth'

export const caspio = axios.create({ baseURL: `${process.env.NEXT_PUBLIC_CASPIO_URL}/rest/v2` })

let last = ''

attachCaspioAuth(caspio, async ({ renew }) => {
  // Its end tells the token from others and is of no use to anybody.
  const response = await fetch(`/api/caspio-token?rejected=${renew ? last.slice(-8) : ''}`)
  if (!response.ok) throw new Error(`/api/caspio-token answered ${response.status}`)
  const token = await response.json()
  last = token.access_token
  return token
})
