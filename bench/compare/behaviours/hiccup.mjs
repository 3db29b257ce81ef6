import { countLostOfHerd } from '../support/requests.mjs'

export const rows = [
  {
    id: 'lost',
    name: 'One 503 of the token endpoint on a cold start, 200 requests at once: requests lost',
    better: 'lower',
  },
]

export async function measure({ open }) {
  const stage = await open()
  stage.account.tokenEndpoint.fail({ times: 1 })
  return { lost: await countLostOfHerd(stage, 200) }
}
