import { jsonAnswer } from '../answer.js'
import type { Route } from '../api/route.js'
import { found } from '../api/sources.js'
import { ERROR_HINTS, type ErrorHint } from '../error-hints.js'

/** Which errors there are, and what to do about each. */
export const ERROR_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/errors',
    right: undefined,
    answer: () => jsonAnswer(200, { data: [...ERROR_HINTS].map(describe) }),
  },
  {
    method: 'GET',
    path: '/errors/{code}',
    right: undefined,
    answer: ({ path }) => {
      const code = path.code as string
      return jsonAnswer(200, {
        data: describe([code, found(ERROR_HINTS.get(code), `error ${code}`)]),
      })
    },
  },
]

function describe([Code, Hint]: [string, ErrorHint]) {
  return { Code, Hint }
}
