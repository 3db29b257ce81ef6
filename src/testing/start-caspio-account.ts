import { Account } from './account.js'
import { accountSettings } from './account-settings.js'
import { Endpoint } from './endpoint.js'
import { RateLimiter } from './rate-limiter.js'
import { RequestLog } from './request-log.js'
import { Table } from './table.js'
import { TokenRegistry } from './token-registry.js'
import type { CaspioAccount, CaspioAccountOptions } from './types.js'

/**
 * Starts a stand-in Caspio account for tests. It answers real HTTP requests on loopback. Node only.
 *
 * It serves `POST /oauth/token`. Under both `/rest/v2` and `/integrations/rest/v3`, it serves
 * `/tables`, `/tables/{name}/records` and `/files`. The members of {@link CaspioAccount} show what it
 * received, and make it slow or make it fail. It keeps Caspio's rules, with these limits:
 *
 * - At most `maxRefreshTokens` refresh tokens are live at a time. Beyond that, client credentials get
 *   400 `invalid_request`.
 * - A refresh token works once, within 60 days. Each refresh returns the next refresh token, which
 *   expires at the latest a year after the client credentials request that started the chain.
 * - `q.where` supports equality comparisons joined by AND. An unsupported `q.` parameter gets 400,
 *   because an answer that ignores it would be wrong.
 * - A body over 50 MB gets 413. A URI over 2,047 characters gets 414.
 * - The account reads the time from `Date.now()`, so tokens and the rate limit follow a faked clock.
 *   Latency is always real time.
 *
 * @example
 * const account = await startCaspioAccount({ tokenLife: 2 })
 * attachCaspioAuth(axios, account.credentials)
 * await axios.get(`${account.url}/rest/v2/tables/Physicians/records`)
 * expect(account.log.token).toHaveLength(1)
 * await account.close()
 *
 * @param options what differs from the defaults
 * @returns the account, which listens already
 * @throws TypeError (the promise rejects) if an option is wrong, and Node's own error if the account
 * cannot listen, such as `EADDRINUSE`
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
