import type { CaspioLog } from '../../testing/types.js'
import type { Stage } from './stage.js'

const RESENT = '  resent with another token'

/** The calls in all, as onEvent told them. */
export function countsOfEvents({ events, answers }: Stage): Map<string, number> {
  const count = (wanted: string) => events.filter(({ type }) => type === wanted).length
  const tokenCalls = (grant: string) =>
    events.filter((event) => event.type === 'token-request' && event.grant === grant).length
  return new Map([
    ['token calls, client_credentials', tokenCalls('client_credentials')],
    ['token calls, refresh_token', tokenCalls('refresh_token')],
    ['API calls', answers.length + count('request-resent')],
    ['  answered that the token is rejected', count('token-rejected')],
    [RESENT, count('request-resent')],
  ])
}

/** The same as the account logged them. */
function countsOfLog({ answers }: Stage, log: CaspioLog): number[] {
  const tokenCalls = (wanted: string) => log.token.filter(({ grant }) => grant === wanted).length
  return [
    tokenCalls('client_credentials'),
    tokenCalls('refresh_token'),
    log.api.length,
    log.api.filter(({ status }) => status === 401).length,
    log.api.length - answers.length,
  ]
}

/** @param resent how many requests must have been resent */
export function showCounts(stage: Stage, log: CaspioLog, resent: number): void {
  const { timeline } = stage
  timeline.chapter('The calls in all, as onEvent told them and as the account logged them')
  const told = countsOfEvents(stage)
  const logged = countsOfLog(stage, log)
  const row = (...[what, ...cells]: (string | number | undefined)[]) =>
    timeline.plain(
      `           ${`${what}`.padEnd(42)}${cells.map((cell) => `${cell}`.padStart(8)).join('')}`,
    )
  row('', 'events', 'log')
  for (const [index, [what, count]] of [...told].entries()) row(what, count, logged[index])
  timeline.expect('events and log agree', [...told.values()].join() === logged.join())
  timeline.expect(
    `${resent} requests were resent, those of the revoked token`,
    told.get(RESENT) === resent,
  )
}
