// Runs the stand-in account in a separate process, so that its work and its log are not measured.
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
setInterval(() => account.log.clear(), 500)
process.send({ url: account.url, credentials: account.credentials })
process.on('disconnect', () => process.exit())
