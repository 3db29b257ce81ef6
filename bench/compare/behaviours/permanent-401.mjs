import { billed, inTurn, PHYSICIANS, warm } from '../support/requests.mjs'

export const rows = [
  {
    id: 'calls',
    name: 'A resource that always answers 401, 100 requests in quick succession: calls billed',
    better: 'lower',
    why: 'Who never recovers sends nothing twice. The plugin spends two calls, for a token and a resend, to learn that a new token does not help, and then pauses.',
  },
]

export async function measure({ open, installClock }) {
  const clock = installClock(async () => {})
  const { account, client } = await open()
  await warm(client)
  clock.freeze()
  account.log.clear()
  account.api.fail({ status: 401 })
  await inTurn(100, () => client.request(PHYSICIANS).catch(() => {}))
  return { calls: billed(account) }
}
