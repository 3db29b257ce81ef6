import { countFailures, PHYSICIANS, sendBurst } from '../support/requests.mjs'

export const rows = [
  {
    id: 'failed',
    name: 'One of ten callers aborts while all wait for the token: other callers that fail',
    better: 'lower',
  },
  {
    id: 'atOnce',
    name: 'One of ten callers aborts while all wait for the token: the aborted request ends at once',
    better: ['yes', 'no'],
  },
]

export async function measure({ open }) {
  const { client, traffic } = await open()
  traffic.hold('token')
  const controller = new AbortController()
  let hasEnded = false
  const aborted = client.request({ ...PHYSICIANS, signal: controller.signal })
  aborted.catch(() => {
    hasEnded = true
  })
  const failed = countFailures(sendBurst(client, 9))
  await traffic.quiet()
  controller.abort()
  await traffic.quiet()
  const atOnce = hasEnded ? 'yes' : 'no'
  traffic.release('token')
  return { failed: await failed, atOnce }
}
