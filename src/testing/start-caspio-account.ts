import { Account } from './account.js'
import { accountSettings } from './account-settings.js'
import { Endpoint } from './endpoint.js'
import { RateLimiter } from './rate-limiter.js'
import { RequestLog } from './request-log.js'
import { Table } from './table.js'
import { TokenRegistry } from './token-registry.js'
import type { CaspioAccount, CaspioAccountOptions } from './types.js'

/**
 * Starts a stand-in Caspio account that speaks real HTTP on loopback, for tests (Node only).
 *
 * It serves `POST /oauth/token`, and under `/rest/v2` and `/integrations/rest/v3` alike: `/tables`,
 * `/tables/{name}/records` and `/files`. What each call gets, and how to make it fail, is told by
 * the members of {@link CaspioAccount}. Where it stands in for the vendor's habits:
 * - At most `maxRefreshTokens` refresh tokens are live at a time; a client-credentials call past
 *   that gets 400 `invalid_request`. A refresh token lives 60 days and is spent by its use; the
 *   chain of tokens that a client-credentials call began lasts a year.
 * - `q.where` knows equality comparisons joined by AND. A `q.` parameter that is not supported gets
 *   400 rather than a wrong answer.
 * - A body over 50 MB gets 413, a URI over 2,047 characters 414.
 * - Time is `Date.now()`, so a faked clock ages tokens and moves the rate limit's window; latency
 *   alone is real time.
 *
 * The account keeps the process alive: close it when the tests are done.
 *
 * @example
 * const account = await startCaspioAccount({ tokenLife: 2 })
 * attachCaspioAuth(axios, account.credentials)
 * await axios.get(`${account.url}/rest/v2/tables/Physicians/records`)
 * expect(account.log.token).toHaveLength(1)
 * await account.close()
 *
 * @param options what differs from a fresh account with sample tables
 * @returns the account, listening
 * @throws TypeError (as a rejection) for a bad option, such as a host that is not loopback; Node's
 * own error when the port is taken
 */
export async function startCaspioAccount(
  options: CaspioAccountOptions = {},
): Promise<CaspioAccount> {
  const settings = accountSettings(options)
  const tables = Object.entries(settings.tables)
  const parts = {
    tokens: new TokenRegistry(settings),
    resources: {
      tables: new Map(tables.map(([name, rows]) => [name, new Table(name, rows)])),
      files: new Map(),
    },
    tokenEndpoint: new Endpoint(),
    api: new Endpoint(),
    limiter: new RateLimiter(),
    log: new RequestLog(),
  }
  return Account.start(parts, settings.host, settings.port)
}
