// The token broker. It gives a token to the pages of users who are logged in. The secret stays here.
import { createCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'

// Created by the first request, because next build loads this file without the secret.
let auth

export async function GET(request) {
  if (!isLoggedIn(request)) return new Response(null, { status: 401 })
  auth ??= createCaspioAuth(credentialsFromEnv())
  const rejected = new URL(request.url).searchParams.get('rejected')
  let token = await auth.getAccessToken()
  // Renew only if the rejected token is the one in hand. If a token is revoked while a thousand pages
  // use it, only the first page causes a renewal.
  if (rejected && token.access_token.endsWith(rejected)) {
    token = await auth.getAccessToken({ renew: true })
  }
  return Response.json(token, { headers: { 'Cache-Control': 'no-store' } })
}

// Replace this with your login: next-auth, Clerk, a cookie.
function isLoggedIn(request) {
  return /\blogin=\w/.test(request.headers.get('cookie') ?? '')
}
