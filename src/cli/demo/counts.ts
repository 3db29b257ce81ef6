import type { CaspioLog } from '../../testing/log-types.js'
import type { Stage } from './stage.js'

const RESENT = 'resent with another token'

/** Counts all calls by the events that the plugin reported. */
export function countEvents({ events, answers }: Stage): Map<string, number> {
  const count = (wanted: string) => events.filter(({ type }) => type === wanted).length
  const tokenRequests = (grant: string) =>
    events.filter((event) => event.type === 'token-request' && event.grant === grant).length
  return new Map([
    ['token requests, client_credentials', tokenRequests('client_credentials')],
    ['token requests, refresh_token', tokenRequests('refresh_token')],
    ['API calls', answers.length + count('request-resent')],
    ['answered 401', count('token-rejected')],
    [RESENT, count('request-resent')],
  ])
}

/** Counts the same by the log of the account. */
function countLog({ answers }: Stage, log: CaspioLog): number[] {
  const tokenRequests = (wanted: string) => log.token.filter(({ grant }) => grant === wanted).length
  return [
    tokenRequests('client_credentials'),
    tokenRequests('refresh_token'),
    log.api.length,
    log.api.filter(({ status }) => status === 401).length,
    log.api.length - answers.length,
  ]
}

/** @param resent how many requests must have been resent */
export function showCounts(stage: Stage, log: CaspioLog, resent: number): void {
  const { timeline } = stage
  timeline.chapter('All calls, as onEvent reports them and as the account logs them')
  const reported = countEvents(stage)
  const logged = countLog(stage, log)
  timeline.row('', ['events', 'log'])
  for (const [index, [label, count]] of [...reported].entries()) {
    timeline.row(label, [count, logged[index]])
  }
  timeline.expect('events and log agree', [...reported.values()].join() === logged.join())
  timeline.expect(
    `the plugin resent ${resent} requests, those with the revoked token`,
    reported.get(RESENT) === resent,
  )
}
