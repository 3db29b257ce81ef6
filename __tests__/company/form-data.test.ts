import { Readable } from 'node:stream'
import axiosRetry from 'axios-retry'
import FormDataPackage from 'form-data'
import { describe, expect, it } from 'vitest'
import type { CaspioAccount } from '../../src/testing/index.js'
import { rejectionOf } from '../support/account.js'
import { describeEachOrder, startWithCompanion, startWithoutPlugin, statusesOf } from './support.js'

const BYTES = Buffer.from(Uint8Array.from({ length: 1_000 }, (_, i) => i % 256))
const FILE = { filename: 'a.png', contentType: 'image/png' }
const UPLOADED = { Name: FILE.filename, ContentType: FILE.contentType, Size: BYTES.length }

function filledWith(content: Buffer | Readable): FormDataPackage {
  const form = new FormDataPackage()
  form.append('file', content, { ...FILE, knownLength: BYTES.length })
  return form
}

/** Which bodies were complete. */
function completeBodiesOf({ log }: CaspioAccount): boolean[] {
  return log.api.map(({ body }) => Buffer.from(body).includes(BYTES))
}

const noCompanion = (): void => {}

describe('the form-data package', () => {
  it('is sent as it is without the plugin, if there is a token', async () => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    const alone = await startWithoutPlugin(noCompanion)
    for (const { api: each } of [{ api }, alone]) {
      const { data } = await each.post('/files', filledWith(BYTES))
      expect(data.Result).toMatchObject([UPLOADED])
    }
    const [sent, sentAlone] = [account, alone.account].map(({ log }) => log.api[0]?.headers)
    expect(sent?.['content-length']).toBe(sentAlone?.['content-length'])
    expect(completeBodiesOf(account)).toEqual([true])
  })

  it.each([
    ['a buffer', () => filledWith(BYTES)],
    ['a stream', () => filledWith(Readable.from([BYTES]))],
  ])('is not resent with %s in it: the error says so, and a new form succeeds', async (_, form) => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    account.revoke()
    const error = await rejectionOf(api.post('/files', form()))
    expect(error.response.status).toBe(401)
    expect(error.message).toContain('Send it again with a new stream.')
    expect(statusesOf(account)).toEqual([401])
    expect((await api.post('/files', form())).data.Result).toMatchObject([UPLOADED])
    expect(completeBodiesOf(account)).toEqual([true, true])
    expect(account.log.token).toHaveLength(1)
  })

  it('is resent with exactly the same bytes if getBuffer() made it a buffer', async () => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    account.revoke()
    const form = filledWith(BYTES)
    const { data } = await api.post('/files', form.getBuffer(), { headers: form.getHeaders() })
    expect(data.Result).toMatchObject([UPLOADED])
    expect(statusesOf(account)).toEqual([401, 201])
    const [first, second] = account.log.api
    expect(second?.body).toEqual(first?.body)
  })
})

it('the FormData of the platform is resent', async () => {
  const { account, api } = await startWithCompanion('before', noCompanion)
  account.revoke()
  const form = new FormData()
  form.append('file', new Blob([BYTES], { type: FILE.contentType }), FILE.filename)
  expect((await api.post('/files', form)).data.Result).toMatchObject([UPLOADED])
  expect(statusesOf(account)).toEqual([401, 201])
  expect(completeBodiesOf(account)).toEqual([true, true])
})

describeEachOrder('form-data beside axios-retry, attached %s the plugin', (order) => {
  it('does not retry a 401 with the rest of a form that was read', async () => {
    const { account, api } = await startWithCompanion(order, (api) => {
      axiosRetry(api, { retryDelay: () => 1 })
    })
    account.revoke()
    await rejectionOf(api.post('/files', filledWith(BYTES)))
    expect(statusesOf(account)).toEqual([401])
  })
})
