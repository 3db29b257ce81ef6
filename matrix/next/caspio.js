import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'

// What applications set on an instance so that Next.js caches Caspio's answers.
const CACHES = {
  'force-cache': { cache: 'force-cache' },
  revalidate: { next: { revalidate: 600 } },
}

/** A new instance, as after a restart. */
export function createCaspio(cache) {
  const credentials = credentialsFromEnv()
  const { origin } = new URL(credentials.tokenEndpointURL)
  const caspio = axios.create({
    adapter: 'fetch',
    baseURL: `${origin}/rest/v2`,
    fetchOptions: CACHES[cache],
  })
  attachCaspioAuth(caspio, credentials)
  return caspio
}
