import { countBilled, inTurn, PHYSICIANS, sendFirst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'calls',
    name: 'A resource that always answers 401, 100 requests in quick succession: calls billed',
    better: 'lower',
    why: 'A client that never recovers sends no request twice. The plugin makes two more calls, a token request and a resend, to find out that a new token does not help. Then it starts a cooldown.',
  },
]

export async function measure({ open, installClock }) {
  const clock = installClock(async () => {})
  const { account, client } = await open()
  await sendFirst(client)
  clock.freeze()
  account.log.clear()
  account.api.fail({ status: 401 })
  await inTurn(100, () => client.request(PHYSICIANS).catch(() => {}))
  return { calls: countBilled(account) }
}
