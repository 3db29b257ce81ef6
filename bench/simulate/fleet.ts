// Must come first: it replaces the timers before the library is loaded.
import './time.js'

import { resolveOptions } from '../../src/contract/options.js'
import { shareTokens } from '../../src/store/shared-tokens.js'
import { withoutSharing } from '../../src/store/without-sharing.js'
import { createIssuer, type Tokens } from '../../src/token/issuer.js'
import { TokenSource } from '../../src/token/source.js'
import { SimulatedAccount } from './account.js'
import { SimulatedStore } from './store.js'
import { installSeed, SimulatedTime, settled } from './time.js'

export interface Scenario {
  readonly processes: number
  readonly days: number
  readonly store: 'none' | 'without lock' | 'with lock'
  /** Whether renewals use the refresh token. */
  readonly refreshes: boolean
}

export interface Outcome {
  /** For each day. */
  readonly tokenRequests: number[]
  readonly liveRefreshTokens: number[]
  /** Requests that would have been sent with an expired token or with none. */
  deadTokens: number
  requests: number
}

const DAY_IN_MS = 86_400_000
const MINUTE_IN_MS = 60_000
// How often each process sends a request.
const TICK_IN_MS = 30 * MINUTE_IN_MS
const CREDENTIALS = {
  clientID: 'client',
  clientSecret: 'not used here',
  tokenEndpointURL: 'https://a1bcd234.caspio.com/oauth/token',
}
const transport = { defaults: {} }

/**
 * Runs the real token sources of a fleet in simulated time. All processes start at the same moment. Each
 * restarts once a day, at a different time.
 */
export async function simulate(scenario: Scenario, seed: number): Promise<Outcome> {
  const { processes, days } = scenario
  const time = new SimulatedTime()
  const restore = [time.install(), installSeed(seed)]
  try {
    const account = new SimulatedAccount()
    const outcome: Outcome = {
      tokenRequests: [],
      liveRefreshTokens: [],
      deadTokens: 0,
      requests: 0,
    }
    let hasStarted = false
    const start = launcher(scenario, account, () => {
      hasStarted = true
    })
    const check = (accessToken: string | undefined) => {
      outcome.requests++
      if (accessToken === undefined || !account.isLive(accessToken)) outcome.deadTokens++
    }

    const sources = Array.from({ length: processes }, start)
    const restarts = sources.map(() => Math.floor((Math.random() * DAY_IN_MS) / TICK_IN_MS))
    // Sorted by the time at which processes send. In the first tick all send at once.
    const offsets = sources.map(() => Math.random() * TICK_IN_MS).sort((a, b) => a - b)
    const ticks = (days * DAY_IN_MS) / TICK_IN_MS
    const ticksADay = DAY_IN_MS / TICK_IN_MS
    for (let tick = 0; tick < ticks; tick++) {
      for (let i = 0; i < processes; i++) {
        const at = tick * TICK_IN_MS + (tick === 0 ? 0 : (offsets[i] as number))
        if (time.isDue(at)) await time.advanceTo(at)
        time.now = at
        if (tick > 0 && tick % ticksADay === restarts[i]) sources[i] = start()
        const token = (sources[i] as TokenSource).acquire(transport)
        if (!(token instanceof Promise)) check(token.accessToken)
        else token.then(({ accessToken }) => check(accessToken), check.bind(undefined, undefined))
        if (hasStarted) {
          hasStarted = false
          await settled()
        }
      }
      if ((tick + 1) % ticksADay === 0) {
        await time.advanceTo((tick + 1) * TICK_IN_MS)
        outcome.tokenRequests.push(account.requests)
        account.requests = 0
        outcome.liveRefreshTokens.push(account.liveRefreshTokens)
      }
    }
    return outcome
  } finally {
    for (const undo of restore) undo()
  }
}

/** Returns a function that starts a process: a token source like that of `attachCaspioAuth`. */
function launcher(
  { store: kind, refreshes }: Scenario,
  account: SimulatedAccount,
  onFetch: () => void,
): () => TokenSource {
  const options = resolveOptions()
  const issue = createIssuer(account.ask(refreshes), options.retries)
  const emit = () => {}
  const watched = (tokens: Tokens): Tokens => ({
    ...tokens,
    issue(request) {
      onFetch()
      return tokens.issue(request)
    },
  })
  if (kind === 'none') return () => new TokenSource(watched(withoutSharing(issue)), options, emit)
  const withStore = resolveOptions({
    tokenStore: new SimulatedStore({ lock: kind === 'with lock' }),
  })
  return () => {
    const shared = shareTokens(issue, CREDENTIALS, withStore, emit, (...tokens) =>
      source.adopt(...tokens),
    )
    const source = new TokenSource(watched(shared), options, emit)
    return source
  }
}
