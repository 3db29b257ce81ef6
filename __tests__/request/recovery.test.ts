import { Agent } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import axios, { AxiosError } from 'axios'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createFailure } from '../../src/contract/errors.js'
import { sendAndRecover } from '../../src/request/recovery.js'
import type { Token } from '../../src/token/life.js'
import { PHYSICIANS, rejectionOf, startBench, times } from '../support/account.js'
import { createToken, scriptedRequest } from '../support/authorised-request.js'
import { atRest, stopClocks } from '../support/clocks.js'
import { startHeldBench } from '../support/held-bench.js'
import { runningTimeOf } from '../support/running-time.js'

const first = createToken('first')
const second = createToken('second')
const stored = createToken('stored', true)
const OK = { status: 200 }
const REJECTED = { status: 401 }

describe('sendAndRecover', () => {
  it('returns the answer if the token is accepted', async () => {
    const { request, source, accepted, sent, events } = scriptedRequest({ answers: [OK] })
    expect(await sendAndRecover(first, request)).toMatchObject(OK)
    expect([sent, events]).toEqual([['Bearer first'], []])
    expect(source.replace).not.toHaveBeenCalled()
    expect(accepted()).toEqual([[first, 'get  /rows']])
  })

  it('puts the token into the Authorization header, beside the other headers', async () => {
    const { request } = scriptedRequest({ answers: [OK] })
    const { headers } = request.config
    headers.set({ Accept: 'a/b', Authorization: 'Bearer old' })
    await sendAndRecover(first, request)
    expect(headers.toJSON()).toEqual({ Accept: 'a/b', Authorization: 'Bearer first' })
  })

  it('resends a rejected request with another token, and records that this token was accepted', async () => {
    const { request, source, accepted, sent, events } = scriptedRequest({
      answers: [REJECTED, OK],
      replacements: [second],
    })
    expect(await sendAndRecover(first, request)).toMatchObject(OK)
    expect(sent).toEqual(['Bearer first', 'Bearer second'])
    expect(events).toEqual(['token-rejected', 'request-resent'])
    expect(source.replace).toHaveBeenCalledTimes(1)
    expect(source.replace.mock.lastCall?.[0]).toBe(first)
    expect(source.replace.mock.lastCall?.slice(1, 3)).toEqual(['get  /rows', false])
    expect(accepted()).toEqual([[second, 'get  /rows']])
  })

  it('does not resend twice if the second token was issued to this process', async () => {
    const { request, source, sent } = scriptedRequest({
      answers: [REJECTED, { status: 401, data: 'again' }],
      replacements: [second, createToken('third')],
    })
    const error = await rejectionOf(sendAndRecover(first, request))
    expect(error.response.data).toBe('again')
    expect(sent).toHaveLength(2)
    expect(source.renewals.recordRejected.mock.calls).toEqual([[second, 'get  /rows', 2]])
  })

  it('resends once more if the second token came from the token store, and then no more', async () => {
    const { request, sent, source } = scriptedRequest({
      answers: [REJECTED, REJECTED, REJECTED],
      replacements: [stored, createToken('stored too', true)],
    })
    expect((await rejectionOf(sendAndRecover(first, request))).response.status).toBe(401)
    expect(sent).toEqual(['Bearer first', 'Bearer stored', 'Bearer stored too'])
    expect(source.replace.mock.calls.map(([, , isResend]) => isResend)).toEqual([false, true])
    expect(source.renewals.recordRejected).toHaveBeenCalledTimes(1)
  })

  it('does not resend twice to a resource that refuses, with a token from the store either', async () => {
    const { request, sent, source } = scriptedRequest({
      answers: [REJECTED, REJECTED],
      replacements: [stored, second],
    })
    source.renewals.hasRefused.mockReturnValue(true)
    expect((await rejectionOf(sendAndRecover(first, request))).response.status).toBe(401)
    expect(sent).toEqual(['Bearer first', 'Bearer stored'])
    expect(source.renewals.recordRejected.mock.calls).toEqual([[stored, 'get  /rows', 2]])
  })

  it('hands out the first answer if the token source has no replacement', async () => {
    const { request, sent, events } = scriptedRequest({ answers: [REJECTED] })
    const error = await rejectionOf(sendAndRecover(first, request))
    expect(error.message).toBe('status 401')
    expect([sent, events]).toEqual([['Bearer first'], ['token-rejected']])
  })

  it('hands out the first answer, and requests no token, if the caller set skipAuthRefresh', async () => {
    const { request, source, events } = scriptedRequest({
      answers: [REJECTED],
      config: { skipAuthRefresh: true },
    })
    const error = await rejectionOf(sendAndRecover(first, request))
    expect(error.message).toBe('status 401')
    expect(source.replace).not.toHaveBeenCalled()
    expect(events).toEqual(['token-rejected'])
  })

  it('passes on an error without a response, whatever shouldRenew would return', async () => {
    const { request, source, events } = scriptedRequest({ answers: [] })
    const authoriser = { ...request.authoriser, shouldRenew: () => true }
    const error = await rejectionOf(sendAndRecover(first, { ...request, authoriser }))
    expect(error.message).toBe('no answer is left')
    expect(source.replace).not.toHaveBeenCalled()
    expect(events).toEqual([])
  })

  it('recovers an answer that the adapter did not reject', async () => {
    const { request, sent } = scriptedRequest({
      answers: [{ status: 302 }, OK],
      replacements: [second],
    })
    const shouldRenew = ({ status }: { status: number }) => status === 302
    const authoriser = { ...request.authoriser, shouldRenew }
    expect(await sendAndRecover(first, { ...request, authoriser })).toMatchObject(OK)
    expect(sent).toHaveLength(2)
  })

  it('rejects with the failure of the token request, and does not resend', async () => {
    const failure = createFailure('ERR_CASPIO_TOKEN_ENDPOINT', 'down')
    const { request, sent, events } = scriptedRequest({
      answers: [REJECTED],
      replacements: [Promise.reject(failure)],
    })
    expect(await rejectionOf(sendAndRecover(first, request))).toMatchObject({
      code: 'ERR_CASPIO_TOKEN_ENDPOINT',
      config: { headers: request.config.headers },
    })
    expect([sent.length, events]).toEqual([1, ['token-rejected']])
  })

  it('reads the rest of the rejected answer, so that its connection becomes free', async () => {
    const data = new PassThrough()
    const { request } = scriptedRequest({
      answers: [{ status: 401, data }, OK],
      replacements: [second],
    })
    await sendAndRecover(first, request)
    expect(data.readableFlowing).toBe(true)
  })
})

describe('a rejected request whose body is a stream', () => {
  function rejectedUpload(answerBody: unknown = '') {
    let finish = (_: Token) => {}
    const renewal = new Promise<Token>((resolve) => {
      finish = resolve
    })
    const scripted = scriptedRequest({
      answers: [{ status: 401, data: answerBody }],
      replacements: [renewal],
      config: { data: Readable.from(['x']) },
    })
    const settled = vi.fn()
    const error = rejectionOf(sendAndRecover(first, scripted.request)).finally(settled)
    return { ...scripted, error, settled, finish }
  }

  it('is not resent, and its error says so after the renewal', async () => {
    const { error, settled, finish, sent, events } = rejectedUpload()
    await atRest()
    expect(settled).not.toHaveBeenCalled()
    finish(second)
    expect((await error).message).toMatch(/^status 401\. .* did not resend .* is a stream\./)
    expect([sent, events]).toEqual([['Bearer first'], ['token-rejected']])
  })

  it('gets a streamed answer before the renewal, and with its data', async () => {
    const data = Readable.from(['the answer'])
    const { error } = rejectedUpload(data)
    expect((await error).response.data).toBe(data)
    expect(await data.toArray()).toEqual(['the answer'])
  })
})

describe('the recovery of a request', () => {
  it('rejects with the second 401, unchanged', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    const error = await rejectionOf(api.get(PHYSICIANS, { params: { a: 1 } }))
    expect(error).toBeInstanceOf(AxiosError)
    expect(error.code).toBe('ERR_BAD_REQUEST')
    expect(error.message).toBe('Request failed with status code 401')
    expect(error.config.url).toBe(PHYSICIANS)
    expect(error.response.config).toBe(error.config)
    expect(error.response.data.Code).toBeTypeOf('string')
    expect(account.log.api).toHaveLength(2)
    // The second answer, not the first.
    expect(error.response.headers['x-caspio-request-id']).toBe(account.log.api[1]?.requestId)
  })

  it('rejects with the error of the resend', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS)
    account.revoke()
    account.api.fail({ status: 401, times: 1 })
    account.api.fail({ status: 500, times: 1 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.response.status).toBe(500)
    expect(error.config.url).toBe(PHYSICIANS)
  })

  it('rejects with a CaspioAuthError if there is no token, never with a CanceledError', async () => {
    stopClocks()
    const { account, api } = await startBench({ retries: 0 })
    await api.get(PHYSICIANS)
    account.revoke()
    account.tokenEndpoint.fail()
    const errors = await times(20, () => rejectionOf(api.get(PHYSICIANS)))
    for (const error of errors) {
      expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
      expect(axios.isCancel(error)).toBe(false)
      expect(error.config.url).toBe(PHYSICIANS)
    }
    expect(account.log.token).toHaveLength(2)
  })

  it('does not happen with skipAuthRefresh, although the request gets the token', async () => {
    const { account, api } = await startBench()
    await api.get(PHYSICIANS, { skipAuthRefresh: true })
    account.revoke()
    const error = await rejectionOf(api.get(PHYSICIANS, { skipAuthRefresh: true }))
    expect(error.response.status).toBe(401)
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api).toHaveLength(2)
  })

  it.each(['stream', 'arraybuffer'] as const)(
    'works with responseType %s',
    async (responseType) => {
      const { account, api } = await startBench()
      await api.get(PHYSICIANS)
      account.revoke()
      const { status, data } = await api.get(PHYSICIANS, { responseType })
      expect(status).toBe(200)
      const chunks: Buffer[] = []
      if (responseType === 'stream') for await (const chunk of data) chunks.push(chunk)
      else chunks.push(data)
      expect(JSON.parse(Buffer.concat(chunks).toString())).toHaveProperty('Result')
    },
  )

  it('reads the rest of a rejected stream, so that its connection becomes free', async () => {
    const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
    const { account, api } = await startBench({ axios: { httpAgent } })
    await api.get(PHYSICIANS)
    account.api.fail({ status: 401, times: 1, body: 'x'.repeat(1_000_000) })
    // With one socket the token request and the resend would hang behind an undrained answer.
    const answer = api.get(PHYSICIANS, { responseType: 'stream' })
    expect(await runningTimeOf(answer)).toBeLessThan(3_000)
    ;(await answer).data.resume()
    httpAgent.destroy()
  })

  it('returns the whole stream of a 401 if renewals do not help', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    await rejectionOf(api.get(PHYSICIANS))
    const error = await rejectionOf(api.get(PHYSICIANS, { responseType: 'stream' }))
    const chunks: Buffer[] = []
    for await (const chunk of error.response.data) chunks.push(chunk)
    expect(JSON.parse(Buffer.concat(chunks).toString())).toHaveProperty('Code')
  })

  it('rejects with a CanceledError as soon as the caller aborts', async () => {
    const { account, api, hold, release, tokenRequests } = await startHeldBench()
    await api.get(PHYSICIANS)
    account.revoke()
    hold()
    const controller = new AbortController()
    const aborted = rejectionOf(api.get(PHYSICIANS, { signal: controller.signal }))
    const other = api.get(PHYSICIANS)
    await tokenRequests(2)
    // Both wait, and not only the one that started the token request.
    await vi.waitUntil(() => account.log.api.filter(({ status }) => status === 401).length === 2)
    controller.abort()
    expect(axios.isCancel(await aborted)).toBe(true)
    release()
    expect((await other).status).toBe(200)
    expect(account.log.token).toHaveLength(2)
  })
})

it('returns a streamed answer to a streamed body before the renewal, which may need its connection', async () => {
  const httpAgent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => httpAgent.destroy())
  const { account, api, events } = await startBench({
    timeout: 2_000,
    retries: 0,
    axios: { httpAgent },
  })
  await api.get(PHYSICIANS)
  account.api.fail({ status: 401, times: 1, body: 'x'.repeat(1_000_000) })
  const { status, data } = await api.post(PHYSICIANS, Readable.from(['{}']), {
    responseType: 'stream',
    validateStatus: null,
  })
  expect(status).toBe(401)
  expect(account.log.token).toHaveLength(1)
  expect(events.map(({ type }) => type)).not.toContain('acquisition-failed')
  data.resume()
  await vi.waitUntil(() => account.log.token.length === 2)
})
