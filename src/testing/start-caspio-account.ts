import { Account } from './account.js'
import { accountSettings } from './account-settings.js'
import { buildData } from './data/account-data.js'
import { Endpoint } from './endpoint.js'
import { RateLimiter } from './rate-limiter.js'
import { RequestLog } from './request-log.js'
import { TokenRegistry } from './token/token-registry.js'
import type { CaspioAccount, CaspioAccountOptions } from './types.js'

/**
 * Starts a stand-in Caspio account for tests. It answers real HTTP requests on loopback. Node only.
 *
 * It serves `POST /oauth/token` and Caspio's REST API: v2 under `/rest/v2`, v3 under
 * `/integrations/rest/v3` and v4 under `/integrations/rest/v4`. An operation that it does not
 * implement gets 501. The members of {@link CaspioAccount} show what it received, and make it slow or
 * make it fail. It keeps Caspio's rules, with these limits:
 *
 * - At most `maxRefreshTokens` refresh tokens are live at a time. Past that, the account drops the
 *   oldest one, and the token request succeeds.
 * - A refresh token works once, within 60 days. Each refresh returns the next refresh token, which
 *   expires at the latest a year after the client credentials request that started the chain.
 * - An unsupported `q.` parameter gets 400, because an answer that ignores it would be wrong.
 * - A body over 50 MB gets 413. A URI over 2,047 characters gets 414.
 * - The account reads the time from `Date.now()`, so tokens and the rate limit follow a faked clock.
 *   Latency is always real time.
 *
 * @example
 * const account = await startCaspioAccount({ tokenLife: 2 })
 * attachCaspioAuth(axios, account.credentials)
 * await axios.get(`${account.url}/integrations/rest/v3/tables/Physicians/records`)
 * expect(account.log.token).toHaveLength(1)
 * await account.close()
 *
 * @param options what differs from the defaults
 * @returns the account, already listening
 * @throws TypeError (the promise rejects) if an option is wrong, and Node's own error if the account
 * cannot listen, such as `EADDRINUSE`
 */
export async function startCaspioAccount(
  options: CaspioAccountOptions = {},
): Promise<CaspioAccount> {
  const settings = accountSettings(options)
  const parts = {
    tokens: new TokenRegistry(settings),
    data: buildData(options),
    tokenEndpoint: new Endpoint(),
    api: new Endpoint(),
    limiter: new RateLimiter(),
    log: new RequestLog(),
  }
  return Account.start(parts, settings.host, settings.port)
}
