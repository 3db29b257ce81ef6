import { countFailuresOfBurst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'failed',
    name: 'One 503 from the token endpoint on a cold start, 200 requests at once: failed requests',
    better: 'lower',
  },
]

export async function measure({ open }) {
  const stage = await open()
  stage.account.tokenEndpoint.fail({ times: 1 })
  return { failed: await countFailuresOfBurst(stage, 200) }
}
