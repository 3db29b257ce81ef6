import { inTurn, PHYSICIANS, warm } from '../support/requests.mjs'

const REQUESTS = 10

export const rows = [
  {
    id: 'direct',
    name: 'Ten requests to a foreign origin: tokens that it gets',
    better: 'lower',
  },
  {
    id: 'redirected',
    name: 'Ten requests that are redirected to a foreign origin: tokens that it gets',
    better: 'lower',
  },
]

export async function measure({ open, openStranger }) {
  const { account, client } = await open()
  const [direct, redirected] = [await openStranger(), await openStranger()]
  await warm(client)
  await inTurn(REQUESTS, () => client.request({ url: direct.url }).catch(() => {}))
  account.api.fail({ status: 302, headers: { Location: redirected.url } })
  await inTurn(REQUESTS, () => client.request(PHYSICIANS).catch(() => {}))
  return { direct: leaks(direct), redirected: leaks(redirected) }
}

function leaks({ got }) {
  return got.filter((header) => header !== undefined).length
}
