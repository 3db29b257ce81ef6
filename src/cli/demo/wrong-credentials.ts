import { inspect } from 'node:util'
import axios from 'axios'
import type { CaspioAccount } from '../../testing/types.js'
import type { Stage } from './stage.js'

export async function showWrongCredentials(stage: Stage, account: CaspioAccount): Promise<void> {
  const { timeline } = stage
  timeline.chapter('Wrong credentials: the error says why, and shows no secret')
  const mark = stage.mark()
  const credentials = { ...account.credentials, clientSecret: 'not-the-secret' }
  const api = stage.attach(credentials)
  const error = await stage.get(api).catch((rejection) => rejection)
  timeline.note(`code: ${error.code}`)
  timeline.note(`message: ${error.message}`)
  timeline.expect('the code is ERR_CASPIO_CREDENTIALS', error.code === 'ERR_CASPIO_CREDENTIALS')
  timeline.expect(
    'your error handlers recognise it: axios.isAxiosError(error)',
    axios.isAxiosError(error),
  )
  // The secret as it is, and as HTTP Basic sends it.
  const { clientID, clientSecret } = credentials
  const printed = inspect(error, { depth: Infinity, showHidden: true })
  timeline.expect(
    'it shows no secret, even if all of it is printed',
    [clientSecret, btoa(`${clientID}:${clientSecret}`)].every((text) => !printed.includes(text)),
  )
  const second = await stage.get(api).catch((rejection) => rejection)
  timeline.note(`a second request fails immediately: ${second.code}`)
  stage.expectTokenRequests(1, mark)
}
