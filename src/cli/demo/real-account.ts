import type { CaspioCredentials } from '../../contract/types.js'
import { countEvents } from './counts.js'
import { createStage } from './stage.js'
import type { Timeline } from './timeline.js'

const PATH = '/tables'

// Caspio bills each of them, and accepts about ten calls a second.
const REQUESTS = 5

/** Only reads, and makes few calls. */
export async function showOnRealAccount(
  timeline: Timeline,
  credentials: CaspioCredentials,
): Promise<void> {
  const { origin } = new URL(credentials.tokenEndpointURL)
  const stage = createStage(timeline, origin, PATH)
  timeline.title(
    `axios-caspio-auth on the account ${origin}, with GET /integrations/rest/v3${PATH} only`,
  )
  timeline.plain(
    'Skipped: renewal, a revoked token, a third party and wrong credentials. Only the stand-in account can show these: run the demo without --real.',
  )
  timeline.chapter(`Attaching sends nothing; ${REQUESTS} requests at once share one token request`)
  const api = await stage.attachIdle(credentials)
  await stage.getAtOnce(api, REQUESTS)
  stage.expectTokenRequests(1)

  timeline.chapter('What Caspio received')
  for (const [label, count] of countEvents(stage)) timeline.note(`${label}: ${count}`)
}
