import axios from 'axios'
import { attachCaspioAuth, isCaspioAuthError } from 'axios-caspio-auth'
import { clientOf, RECORDS, runChecks } from './checks.js'

// As in an application, all handlers of the isolate share one instance.
let api

export default {
  /** POST a cell to `/` to run all its checks in one handler, or to `/one` for one request. */
  async fetch(request) {
    const cell = { ...(await request.json()), axios, attachCaspioAuth, isCaspioAuthError }
    if (new URL(request.url).pathname === '/') return Response.json(await runChecks(cell))
    api ??= clientOf(cell)
    try {
      const { data } = await api.get(RECORDS, { timeout: cell.timeout })
      return Response.json({ records: data.Result.length })
    } catch (error) {
      return Response.json({ code: error.code, message: error.message })
    }
  },
}
