import { herd, isServed, outOfRace, PHYSICIANS, warm } from '../support/requests.mjs'

const STRAGGLERS = 5

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Five 401s that come in one by one after the renewal: further token requests',
    better: 'lower',
  },
  {
    id: 'lost',
    name: 'Five 401s that come in one by one after the renewal: requests lost',
    better: 'lower',
  },
]

export async function measure({ open }) {
  const { account, client, traffic } = await open()
  await warm(client)
  account.revoke()
  traffic.hold('api')
  const stragglers = herd(client, STRAGGLERS).map(isServed)
  await traffic.quiet()
  traffic.letPass('api')
  const isRenewed = await isServed(client.request(PHYSICIANS))
  const renewals = account.log.token.length
  let lost = 0
  for (const served of stragglers) {
    // Whichever of them it is: they are all alike.
    traffic.releaseOne('api')
    await traffic.quiet()
    if (!(await served)) lost++
  }
  const tokenRequests = account.log.token.length - renewals
  return { tokenRequests: isRenewed ? tokenRequests : outOfRace(tokenRequests), lost }
}
