import { inTurn, PHYSICIANS, sendFirst } from '../support/requests.mjs'

const REQUESTS = 10

export const rows = [
  {
    id: 'direct',
    name: 'Ten requests to a foreign origin: tokens that it receives',
    better: 'lower',
  },
  {
    id: 'redirected',
    name: 'Ten requests that are redirected to a foreign origin: tokens that it receives',
    better: 'lower',
  },
]

export async function measure({ open, openForeignServer }) {
  const { account, client } = await open()
  const [direct, redirected] = [await openForeignServer(), await openForeignServer()]
  await sendFirst(client)
  await inTurn(REQUESTS, () => client.request({ url: direct.url }).catch(() => {}))
  account.api.fail({ status: 302, headers: { Location: redirected.url } })
  await inTurn(REQUESTS, () => client.request(PHYSICIANS).catch(() => {}))
  return { direct: countTokens(direct), redirected: countTokens(redirected) }
}

function countTokens({ received }) {
  return received.filter((header) => header !== undefined).length
}
