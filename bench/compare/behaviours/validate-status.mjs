import { inTurn, isServed, PHYSICIANS } from '../support/requests.mjs'

export const rows = [
  {
    id: 'missed',
    name: 'Under `validateStatus: () => true`: recoveries missed, of 10',
    better: 'lower',
  },
]

export async function measure({ kind, open }) {
  if (kind !== 'axios') return {}
  const { account, client } = await open({ validateStatus: () => true })
  // Where the first token comes from a recovery, this one is missed as well.
  await isServed(client.request(PHYSICIANS))
  const served = await inTurn(10, () => {
    account.revoke()
    return isServed(client.request(PHYSICIANS))
  })
  return { missed: served.filter((one) => !one).length }
}
