import { startCaspioAccount } from '../../testing/index.js'
import { showCounts } from './counts.js'
import { showRenewal } from './renewal.js'
import { MANY, showColdStart, showLazyToken, showRevokedToken } from './sharing.js'
import { createStage } from './stage.js'
import { showThirdParty } from './third-party.js'
import type { Timeline } from './timeline.js'
import { showWrongCredentials } from './wrong-credentials.js'

const PHYSICIANS = '/tables/Physicians/records'

/** Shows all chapters, on a stand-in account in this process. */
export async function showOnStandIn(timeline: Timeline): Promise<void> {
  const account = await startCaspioAccount()
  const stage = createStage(timeline, account.url, PHYSICIANS, account.log)
  timeline.title(`axios-caspio-auth on the stand-in account ${account.url}`)
  timeline.plain('Lines marked · are events that the plugin reports to onEvent.')
  try {
    await showLazyToken(stage, account)
    await showColdStart(stage, account)
    await showRenewal(stage, account)
    await showRevokedToken(stage, account)
    await showThirdParty(stage, account)
    await showWrongCredentials(stage, account)
    showCounts(stage, account.log, MANY)
  } finally {
    await account.close()
  }
}
