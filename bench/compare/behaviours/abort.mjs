import { countLost, herd, PHYSICIANS } from '../support/requests.mjs'

export const rows = [
  {
    id: 'lost',
    name: 'One of ten callers aborts while all wait for the token: others that are lost',
    better: 'lower',
  },
  {
    id: 'atOnce',
    name: 'One of ten callers aborts while all wait for the token: it is let go at once',
    better: ['yes', 'no'],
  },
]

export async function measure({ open }) {
  const { client, traffic } = await open()
  traffic.hold('token')
  const controller = new AbortController()
  let isLetGo = false
  const aborted = client.request({ ...PHYSICIANS, signal: controller.signal })
  aborted.catch(() => {
    isLetGo = true
  })
  const lost = countLost(herd(client, 9))
  await traffic.quiet()
  controller.abort()
  await traffic.quiet()
  const atOnce = isLetGo ? 'yes' : 'no'
  traffic.release('token')
  return { lost: await lost, atOnce }
}
