import { setImmediate as turn } from 'node:timers/promises'
import { sendFirst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'ends',
    name: 'A program with a token in hand ends without `process.exit()`',
    better: ['yes', 'no'],
  },
]

export async function measure({ open }) {
  const { account, client } = await open()
  await sendFirst(client)
  await account.close()
  await turn()
  return { ends: process.getActiveResourcesInfo().includes('Timeout') ? 'no' : 'yes' }
}
