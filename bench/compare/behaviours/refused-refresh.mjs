import { openWithClock, sendRegularly } from '../support/regular-requests.mjs'
import { sendFirst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'failed',
    name: 'The token endpoint refuses every refresh token, one request a minute until after the token expires: failed requests',
    better: 'lower',
  },
]

export async function measure(world) {
  const endpoint = await world.openTokenEndpoint(
    (form) => form.get('grant_type') === 'refresh_token',
  )
  const credentials = { tokenEndpointURL: endpoint.url }
  const stage = await openWithClock({ ...world, open: () => world.open({ credentials }) })
  endpoint.forwardTo(stage.account)
  await sendFirst(stage.client)
  await stage.clock.passMinutes(21 * 60)
  const requests = await sendRegularly(stage, { steps: 3.5 * 60, minutes: 1 })
  return { failed: requests.filter(({ served }) => !served).length }
}
