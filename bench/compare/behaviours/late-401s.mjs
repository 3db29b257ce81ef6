import { excluded, isServed, PHYSICIANS, sendBurst, sendFirst } from '../support/requests.mjs'

const LATE_REQUESTS = 5

export const rows = [
  {
    id: 'tokenRequests',
    name: 'Five 401s that arrive one by one after the renewal: more token requests',
    better: 'lower',
  },
  {
    id: 'failed',
    name: 'Five 401s that arrive one by one after the renewal: failed requests',
    better: 'lower',
  },
]

export async function measure({ open }) {
  const { account, client, traffic } = await open()
  await sendFirst(client)
  account.revoke()
  traffic.hold('api')
  const lateRequests = sendBurst(client, LATE_REQUESTS).map(isServed)
  await traffic.quiet()
  traffic.letPass('api')
  const isRenewed = await isServed(client.request(PHYSICIANS))
  const renewals = account.log.token.length
  let failed = 0
  for (const served of lateRequests) {
    // Which one it is does not matter: all are alike.
    traffic.releaseOne('api')
    await traffic.quiet()
    if (!(await served)) failed++
  }
  const tokenRequests = account.log.token.length - renewals
  return { tokenRequests: isRenewed ? tokenRequests : excluded(tokenRequests), failed }
}
