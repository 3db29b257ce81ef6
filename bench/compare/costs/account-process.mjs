// The stand-in account in a process of its own: its work and its log shall not count.
import { startCaspioAccount } from 'axios-caspio-auth/testing'

const account = await startCaspioAccount()
setInterval(() => account.log.clear(), 500)
process.send({ url: account.url, credentials: account.credentials })
process.on('disconnect', () => process.exit())
