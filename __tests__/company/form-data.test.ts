import { Readable } from 'node:stream'
import axiosRetry from 'axios-retry'
import FormDataPackage from 'form-data'
import { describe, expect, it } from 'vitest'
import type { CaspioAccount } from '../../src/testing/index.js'
import { rejectionOf } from '../support/account.js'
import { describeEachOrder, startAlone, startCompany, statusesOf } from './support.js'

const BYTES = Buffer.from(Uint8Array.from({ length: 1_000 }, (_, i) => i % 256))
const FILE = { filename: 'a.png', contentType: 'image/png' }
const UPLOADED = { Name: FILE.filename, ContentType: FILE.contentType, Size: BYTES.length }

function filledWith(content: Buffer | Readable): FormDataPackage {
  const form = new FormDataPackage()
  form.append('file', content, { ...FILE, knownLength: BYTES.length })
  return form
}

/** The bodies that came in whole, as opposed to cut off or empty. */
function wholeBodiesOf({ log }: CaspioAccount): boolean[] {
  return log.api.map(({ body }) => Buffer.from(body).includes(BYTES))
}

const none = (): void => {}

describe('the form-data package', () => {
  it('goes out as it does alone, with a token in hand', async () => {
    const { account, api } = await startCompany('before', none)
    const alone = await startAlone(none)
    for (const { api: each } of [{ api }, alone]) {
      const { data } = await each.post('/files', filledWith(BYTES))
      expect(data.Result).toMatchObject([UPLOADED])
    }
    const [sent, sentAlone] = [account, alone.account].map(({ log }) => log.api[0]?.headers)
    expect(sent?.['content-length']).toBe(sentAlone?.['content-length'])
    expect(wholeBodiesOf(account)).toEqual([true])
  })

  it.each([
    ['a buffer', () => filledWith(BYTES)],
    ['a stream', () => filledWith(Readable.from([BYTES]))],
  ])(
    'is not sent twice, with %s in it: the 401 says so, and a new form gets through',
    async (_, form) => {
      const { account, api } = await startCompany('before', none)
      account.revoke()
      const error = await rejectionOf(api.post('/files', form()))
      expect(error.response.status).toBe(401)
      expect(error.message).toContain('Send it again with a new stream.')
      expect(statusesOf(account)).toEqual([401])
      expect((await api.post('/files', form())).data.Result).toMatchObject([UPLOADED])
      expect(wholeBodiesOf(account)).toEqual([true, true])
      expect(account.log.token).toHaveLength(1)
    },
  )

  it('read out with getBuffer() it is recovered, byte by byte', async () => {
    const { account, api } = await startCompany('before', none)
    account.revoke()
    const form = filledWith(BYTES)
    const { data } = await api.post('/files', form.getBuffer(), { headers: form.getHeaders() })
    expect(data.Result).toMatchObject([UPLOADED])
    expect(statusesOf(account)).toEqual([401, 201])
    const [first, second] = account.log.api
    expect(second?.body).toEqual(first?.body)
  })
})

it('the FormData of the platform is recovered as it is', async () => {
  const { account, api } = await startCompany('before', none)
  account.revoke()
  const form = new FormData()
  form.append('file', new Blob([BYTES], { type: FILE.contentType }), FILE.filename)
  expect((await api.post('/files', form)).data.Result).toMatchObject([UPLOADED])
  expect(statusesOf(account)).toEqual([401, 201])
  expect(wholeBodiesOf(account)).toEqual([true, true])
})

describeEachOrder('beside axios-retry, attached %s ours', (order) => {
  it('the 401 of a form that was read out is not retried with what is left of it', async () => {
    const { account, api } = await startCompany(order, (api) => {
      axiosRetry(api, { retryDelay: () => 1 })
    })
    account.revoke()
    await rejectionOf(api.post('/files', filledWith(BYTES)))
    expect(statusesOf(account)).toEqual([401])
  })
})
