// The broker: hands pages of users that are logged in a token, and keeps the secret here.
import { createCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'

// Created by the first request: next build loads this file too, without the secret.
let auth

export async function GET(request) {
  if (!isLoggedIn(request)) return new Response(null, { status: 401 })
  auth ??= createCaspioAuth(credentialsFromEnv())
  const rejected = new URL(request.url).searchParams.get('rejected')
  let token = await auth.getAccessToken()
  // Only if it is the one in hand here. Of a thousand pages on a dead token the first one renews it.
  if (rejected && token.access_token.endsWith(rejected)) {
    token = await auth.getAccessToken({ renew: true })
  }
  return Response.json(token, { headers: { 'Cache-Control': 'no-store' } })
}

// In place of your own: next-auth, Clerk, a cookie of yours.
function isLoggedIn(request) {
  return /\blogin=\w/.test(request.headers.get('cookie') ?? '')
}
