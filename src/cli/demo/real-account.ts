import type { CaspioCredentials } from '../../contract/types.js'
import { countsOfEvents } from './counts.js'
import { createStage } from './stage.js'
import type { Timeline } from './timeline.js'

const TABLES = '/tables'

// A real account takes about ten calls a second.
const FEW = 5

/** Read-only, and with few calls, which are billed. */
export async function showOnRealAccount(
  timeline: Timeline,
  credentials: CaspioCredentials,
): Promise<void> {
  const { origin } = new URL(credentials.tokenEndpointURL)
  const stage = createStage(timeline, origin, TABLES)
  timeline.title(`axios-caspio-auth on the account ${origin}, with GET /rest/v2${TABLES} only`)
  timeline.plain(
    'Skipped: renewal, revoked token, third party and wrong credentials. They need a token life, a revocation or a refusal that only the stand-in account gives.',
  )
  timeline.chapter(`Nothing is fetched at attach, then one token for ${FEW} requests at once`)
  const api = await stage.attachIdle(credentials)
  await stage.getAtOnce(api, FEW)
  stage.expectTokenCalls(1)

  timeline.chapter('What Caspio was sent')
  for (const [what, count] of countsOfEvents(stage)) timeline.tell(`${what}: ${count}`)
}
