import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { rejectionOf, sleep, startBench } from '../support/account.js'
import { ADAPTERS } from '../support/axios-features.js'

// Without the listener, the first test ends with an uncaught exception, and the second one never ends.
it.each(ADAPTERS)('a file that is missing rejects a request that waits (%s)', async (adapter) => {
  const { account, api } = await startBench({ axios: { adapter } })
  account.tokenEndpoint.latency = 50
  const error = await rejectionOf(api.post('/files', createReadStream('/does/not/exist')))
  expect([error.isAxiosError, error.code]).toEqual([true, 'ENOENT'])
  await sleep(100)
  expect(account.log.api).toEqual([])
})

it.each(ADAPTERS)('a stream that is destroyed rejects it, too (%s)', async (adapter) => {
  const { account, api } = await startBench({ axios: { adapter } })
  account.tokenEndpoint.latency = 50
  const data = new Readable({ read() {} })
  const rejection = rejectionOf(api.post('/files', data))
  await sleep(10)
  data.destroy()
  expect((await rejection).code).toBe('ERR_CANCELED')
})

it('the config keeps its transforms, even if the token request fails later', async () => {
  const { account, api } = await startBench({ retries: 0 })
  account.tokenEndpoint.latency = 50
  account.tokenEndpoint.fail()
  const { config } = await rejectionOf(api.post('/files', createReadStream('/does/not/exist')))
  const { transformResponse } = config
  await sleep(150)
  expect(account.log.token).toHaveLength(1)
  expect(config.transformResponse).toBe(transformResponse)
})

it.each(ADAPTERS)('a stream that is whole is sent (%s)', async (adapter) => {
  const { account, api } = await startBench({ axios: { adapter, validateStatus: null } })
  account.tokenEndpoint.latency = 50
  await api.post('/files', Readable.from(['a', 'b']))
  expect(account.log.api.map(({ body }) => Buffer.from(body).toString())).toEqual(['ab'])
})

// A progress bar listens to the data, and a checksum needs it. Both make the stream flow at once.
it.each(ADAPTERS)('a stream that flows already loses nothing meanwhile (%s)', async (adapter) => {
  const { account, api } = await startBench({ axios: { adapter, validateStatus: null } })
  account.tokenEndpoint.latency = 50
  const watched = Readable.from(['a', 'b'])
  let seen = ''
  watched.on('data', (chunk) => {
    seen += chunk
  })
  const hashed = Readable.from(['a', 'b'])
  hashed.pipe(createHash('sha256'))
  await Promise.all([api.post('/files', watched), api.post('/files', hashed)])
  expect(account.log.api.map(({ body }) => Buffer.from(body).toString())).toEqual(['ab', 'ab'])
  expect(seen).toBe('ab')
})
