// Runs the stand-in account in a separate process, so that its growing logs are not measured.
import { startCaspioAccount } from '../../dist/testing/index.js'

const accounts = await Promise.all([startCaspioAccount(), startCaspioAccount()])
const [account] = accounts
let tokenRequests = 0

const commands = {
  revoke: () => account.revoke(),
  down: () => account.tokenEndpoint.fail(),
  reset() {
    account.tokenEndpoint.fail({ reset: true, times: 1 })
    account.api.fail({ reset: true, times: 1 })
  },
  forbid: () => account.api.fail({ status: 401, path: '/rest/v2/tables/forbidden' }),
  restore() {
    account.tokenEndpoint.restore()
    account.api.restore()
    commands.forbid()
  },
  tokenRequests() {
    clearLogs()
    return tokenRequests
  },
  close: () => Promise.all(accounts.map((one) => one.close())),
}

function clearLogs() {
  for (const { log } of accounts) {
    tokenRequests += log.token.length
    log.clear()
  }
}

commands.forbid()
process.on('message', async ({ id, command }) => {
  const result = await commands[command]()
  clearLogs()
  process.send({ id, result: typeof result === 'number' ? result : undefined })
  if (command === 'close') process.disconnect()
})
process.send({ accounts: accounts.map(({ url, credentials }) => ({ url, credentials })) })
