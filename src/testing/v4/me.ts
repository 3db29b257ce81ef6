import { jsonAnswer } from '../answer.js'
import type { Route } from '../api/route.js'

export const ME_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/me',
    right: undefined,
    answer: ({ profile, data, tokenExpiresAt, limiter }) => {
      const { limit, windowSeconds } = limiter.usage
      return jsonAnswer(200, {
        wsProfileName: profile.name,
        accountSubdomain: data.name,
        tokenExpiresAt: new Date(tokenExpiresAt).toISOString(),
        rateLimit: { limit, windowSeconds },
      })
    },
  },
]
