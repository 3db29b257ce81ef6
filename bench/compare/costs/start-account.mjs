import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts an account in a separate process. */
export async function startAccount() {
  const file = fileURLToPath(new URL('account-process.mjs', import.meta.url))
  const child = fork(file, { execArgv: [] })
  const [account] = await once(child, 'message')
  return { ...account, close: () => child.disconnect() }
}
