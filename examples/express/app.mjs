import axios from 'axios'
import { attachCaspioAuth, isCaspioAuthError } from 'axios-caspio-auth'
import express from 'express'

export function createApp(credentials) {
  const { origin } = new URL(credentials.tokenEndpointURL)
  const caspio = axios.create({ baseURL: `${origin}/integrations/rest/v3`, timeout: 30_000 })
  // Attach here, not in a route, so that all requests of all users share one token.
  attachCaspioAuth(caspio, credentials)

  const app = express()
  app.get('/tables', async (_request, response) => {
    const { data } = await caspio.get('/tables')
    response.json(data.Result)
  })

  // Express recognises an error handler by its four parameters.
  app.use((error, _request, response, next) => {
    if (!axios.isAxiosError(error)) return next(error)
    // Log the message and the code. Do not show them to users.
    console.error(`${error.code}: ${error.message}`)
    if (isCaspioAuthError(error) && error.nextAttemptAt) {
      const wait = Math.ceil((error.nextAttemptAt - Date.now()) / 1_000)
      response.set('Retry-After', String(Math.max(1, wait)))
    }
    response.status(503).json({ error: 'The database is not available right now.' })
  })
  return app
}
