import { Readable } from 'node:stream'
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios'
import axiosRetry from 'axios-retry'
import FormDataPackage from 'form-data'
import { describe, expect, it } from 'vitest'
import { createCaspioAuth } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'
import { rejectionOf } from '../support/account.js'
import { CAN } from '../support/axios-features.js'
import { MemoryStore } from '../support/memory-store.js'
import { describeEachOrder, startWithCompanion, startWithoutPlugin, statusesOf } from './support.js'

const BYTES = Buffer.from(Uint8Array.from({ length: 1_000 }, (_, i) => i % 256))
const FILE = { filename: 'a.png', contentType: 'image/png' }
const UPLOADED = { Name: FILE.filename, ContentType: FILE.contentType, Size: BYTES.length }

type Content = Buffer | Readable | ((next: (stream: Readable) => void) => void)

function filledWith(content: Content): FormDataPackage {
  const form = new FormDataPackage()
  form.append('file', content, { ...FILE, knownLength: BYTES.length })
  return form
}

/** Which bodies were complete. */
function completeBodiesOf({ log }: CaspioAccount): boolean[] {
  return log.api.map(({ body }) => Buffer.from(body).includes(BYTES))
}

/** What the account knows of the file that it received. */
async function fileInfoOf(api: AxiosInstance, { data }: AxiosResponse): Promise<unknown> {
  const [{ ExternalKey }] = data.Result
  return (await api.get(`/files/${ExternalKey}/fileInfo`)).data.Result
}

const noCompanion = (): void => {}

describe('the form-data package', () => {
  it('is sent as it is without the plugin, if there is a token', async () => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    const alone = await startWithoutPlugin(noCompanion)
    const response = await api.post('/files', filledWith(BYTES))
    const responseAlone = await alone.api.post('/files', filledWith(BYTES))
    const [sent, sentAlone] = [account, alone.account].map(({ log }) => log.api[0]?.headers)
    expect(sent?.['content-length']).toBe(sentAlone?.['content-length'])
    expect(completeBodiesOf(account)).toEqual([true])
    expect(await fileInfoOf(api, response)).toMatchObject(UPLOADED)
    expect(await fileInfoOf(alone.api, responseAlone)).toMatchObject(UPLOADED)
  })

  it.each<[string, AxiosRequestConfig]>([
    ['', {}],
    [', with upload progress', { onUploadProgress: () => {} }],
    [', at a limited rate', { maxRate: 1e8 }],
    [', with limits', { maxBodyLength: 1e6, maxRedirects: 0 }],
  ])(
    'is resent with exactly the same bytes if it holds strings and buffers%s',
    async (_, config) => {
      const { account, api } = await startWithCompanion('before', noCompanion)
      account.revoke()
      const form = filledWith(BYTES)
      form.append('note', 'hidden \r\n--field--')
      form.append('count', 5)
      form.append('empty', '')
      form.append('raw', BYTES, { header: `--${form.getBoundary()}\r\nX-Raw: yes\r\n\r\n` })
      expect((await api.post('/files', form, config)).status).toBe(201)
      expect(statusesOf(account)).toEqual([401, 201])
      const [first, second] = account.log.api
      expect(Buffer.from(second?.body ?? '')).toEqual(Buffer.from(first?.body ?? ''))
      for (const name of ['content-type', 'content-length', 'transfer-encoding']) {
        expect(second?.headers[name]).toBe(first?.headers[name])
      }
      expect(completeBodiesOf(account)).toEqual([true, true])
    },
  )

  it('is resent if axios.postForm() made it', async () => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    account.revoke()
    const config = { validateStatus: null }
    const response = await api.postForm('/files', { file: BYTES, tags: ['a', 'b'] }, config)
    expect(response.config.data).toBeInstanceOf(FormDataPackage)
    // The account wants a file with a name.
    expect(statusesOf(account)).toEqual([401, 400])
    const [first, second] = account.log.api
    expect(second?.body).toEqual(first?.body)
    expect(completeBodiesOf(account)).toEqual([true, true])
  })

  it('is resent twice if the token from the store was revoked, too', async () => {
    const store = new MemoryStore()
    const { account, api } = await startWithCompanion('before', noCompanion, { tokenStore: store })
    account.revoke()
    const other = createCaspioAuth(account.credentials, { tokenStore: store })
    await other.getAccessToken({ renew: true })
    account.revoke()
    expect((await api.post('/files', filledWith(BYTES))).status).toBe(201)
    expect(statusesOf(account)).toEqual([401, 401, 201])
    expect(completeBodiesOf(account)).toEqual([true, true, true])
  })

  it.each<[string, () => FormDataPackage]>([
    ['holds a stream', () => filledWith(Readable.from([BYTES]))],
    [
      'holds a function that opens a stream',
      () => filledWith((next) => next(Readable.from([BYTES]))),
    ],
  ])('is not resent if it %s: the error says so', async (_, create) => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    account.revoke()
    const error = await rejectionOf(api.post('/files', create()))
    expect(error.response.status).toBe(401)
    expect(error.message).toContain('Send it again with a new stream.')
    expect(statusesOf(account)).toEqual([401])
  })

  it('succeeds as a new form after a form with a stream was rejected', async () => {
    const { account, api } = await startWithCompanion('before', noCompanion)
    account.revoke()
    const form = () => filledWith(Readable.from([BYTES]))
    await rejectionOf(api.post('/files', form()))
    const response = await api.post('/files', form())
    expect(completeBodiesOf(account)).toEqual([true, true])
    expect(await fileInfoOf(api, response)).toMatchObject(UPLOADED)
    expect(account.log.token).toHaveLength(1)
  })

  // With or without the plugin.
  it.runIf(CAN.fetch)(
    'is not supported by axios’s fetch adapter, which sends its name',
    async () => {
      const { account, api } = await startWithCompanion('before', noCompanion)
      account.revoke()
      account.api.fail({ status: 200, times: 2, body: '{}' })
      await api.post('/files', filledWith(BYTES), { adapter: 'fetch' })
      expect(Buffer.from(account.log.api[0]?.body ?? '').toString()).toBe('[object FormData]')
    },
  )
})

it('the FormData of the platform is resent', async () => {
  const { account, api } = await startWithCompanion('before', noCompanion)
  account.revoke()
  const form = new FormData()
  form.append('file', new Blob([BYTES], { type: FILE.contentType }), FILE.filename)
  const response = await api.post('/files', form)
  expect(statusesOf(account)).toEqual([401, 201])
  expect(completeBodiesOf(account)).toEqual([true, true])
  expect(await fileInfoOf(api, response)).toMatchObject(UPLOADED)
})

describeEachOrder('form-data beside axios-retry, attached %s the plugin', (order) => {
  it('does not retry a 401 with the rest of a form that was read', async () => {
    const { account, api } = await startWithCompanion(order, (api) => {
      axiosRetry(api, { retryDelay: () => 1 })
    })
    account.revoke()
    await rejectionOf(api.post('/files', filledWith(Readable.from([BYTES]))))
    expect(statusesOf(account)).toEqual([401])
  })
})
