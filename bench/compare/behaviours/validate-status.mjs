import { inTurn, isServed, PHYSICIANS } from '../support/requests.mjs'

export const rows = [
  {
    id: 'missed',
    name: 'With `validateStatus: () => true`: missed recoveries, of 10',
    better: 'lower',
  },
]

export async function measure({ kind, open }) {
  if (kind !== 'axios') return {}
  const { account, client } = await open({ validateStatus: () => true })
  // If a contestant gets its first token by a recovery, it misses this one as well.
  await isServed(client.request(PHYSICIANS))
  const served = await inTurn(10, () => {
    account.revoke()
    return isServed(client.request(PHYSICIANS))
  })
  return { missed: served.filter((one) => !one).length }
}
