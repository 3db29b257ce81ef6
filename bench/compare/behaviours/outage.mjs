import { countBilled, countFailuresOfBurst, inTurn, PHYSICIANS } from '../support/requests.mjs'

export const rows = [
  {
    id: 'atOnce',
    name: 'The token endpoint is down, 100 requests at once: calls billed',
    better: 'lower',
    why: 'The plugin makes three attempts before it gives up (`retries: 2`). That is why none of its requests fail after a single 503. With most others, all 200 fail. With `retries: 0` the plugin makes one attempt.',
  },
  {
    id: 'inTurn',
    name: 'The token endpoint is down, 100 requests in quick succession: calls billed',
    better: 'lower',
  },
]

export async function measure({ open, installClock }) {
  return {
    atOnce: await atOnce(await open()),
    inTurn: await inQuickSuccession(await open(), installClock),
  }
}

async function atOnce(stage) {
  stage.account.tokenEndpoint.fail()
  await countFailuresOfBurst(stage, 100)
  return countBilled(stage.account)
}

async function inQuickSuccession({ account, client }, installClock) {
  installClock(async () => {}).freeze()
  account.tokenEndpoint.fail()
  await inTurn(100, () => client.request(PHYSICIANS).catch(() => {}))
  return countBilled(account)
}
