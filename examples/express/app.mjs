import axios from 'axios'
import { attachCaspioAuth, isCaspioAuthError } from 'axios-caspio-auth'
import express from 'express'

export function createApp(credentials) {
  const { origin } = new URL(credentials.tokenEndpointURL)
  const caspio = axios.create({ baseURL: `${origin}/rest/v2`, timeout: 30_000 })
  // Here and not in a route: all requests of all users share one token.
  attachCaspioAuth(caspio, credentials)

  const app = express()
  app.get('/tables', async (_request, response) => {
    const { data } = await caspio.get('/tables')
    response.json(data.Result)
  })

  // Express takes a handler of four parameters for one of errors.
  app.use((error, _request, response, next) => {
    if (!axios.isAxiosError(error)) return next(error)
    // Its message and code are fit for a log; none of them is the user's business.
    console.error(`${error.code}: ${error.message}`)
    if (isCaspioAuthError(error) && error.nextAttemptAt) {
      const wait = Math.ceil((error.nextAttemptAt - Date.now()) / 1_000)
      response.set('Retry-After', String(Math.max(1, wait)))
    }
    response.status(503).json({ error: 'Our database cannot be reached just now.' })
  })
  return app
}
