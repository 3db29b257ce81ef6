import { billed, countLostOfHerd, inTurn, PHYSICIANS } from '../support/requests.mjs'

export const rows = [
  {
    id: 'atOnce',
    name: 'The token endpoint is down, 100 requests at once: calls billed',
    better: 'lower',
    why: 'The plugin asks a failing token endpoint three times before it gives up (`retries: 2`). That is why a single 503 costs it no request, where most of the others lose all 200. With `retries: 0` it asks once.',
  },
  {
    id: 'inTurn',
    name: 'The token endpoint is down, 100 requests in quick succession: calls billed',
    better: 'lower',
  },
]

export async function measure({ open, installClock }) {
  return { atOnce: await atOnce(await open()), inTurn: await oneByOne(await open(), installClock) }
}

async function atOnce(stage) {
  stage.account.tokenEndpoint.fail()
  await countLostOfHerd(stage, 100)
  return billed(stage.account)
}

async function oneByOne({ account, client }, installClock) {
  installClock(async () => {}).freeze()
  account.tokenEndpoint.fail()
  await inTurn(100, () => client.request(PHYSICIANS).catch(() => {}))
  return billed(account)
}
