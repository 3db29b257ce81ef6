import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attachCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startBench } from '../support/account.js'
import { startRawServer } from '../support/raw-server.js'

const load = (name: string) => import(`../../examples/secrets/${name}.mjs`)
const { secretFromAWS } = await load('aws-secrets-manager')
const { secretFromVault } = await load('vault')
const { secretFromFile } = await load('file')

interface Manager {
  /** What the plugin gets as `clientSecret`. */
  readonly clientSecret: () => Promise<string>
  /** Stores a secret. */
  put(secret: string): Promise<void>
}

/** What AWS Secrets Manager answers to GetSecretValue. */
async function startAWS(): Promise<Manager> {
  let secret = ''
  const server = await startRawServer(({ headers, body }, response) => {
    const isKnown =
      headers['x-amz-target'] === 'secretsmanager.GetSecretValue' &&
      JSON.parse(`${body}`).SecretId === 'caspio'
    response.writeHead(isKnown ? 200 : 400, { 'Content-Type': 'application/x-amz-json-1.1' })
    const SecretString = JSON.stringify({ clientSecret: secret })
    response.end(JSON.stringify(isKnown ? { Name: 'caspio', SecretString } : {}))
  })
  const client = new SecretsManagerClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret-key' },
  })
  onTestFinished(() => client.destroy())
  return {
    clientSecret: secretFromAWS('caspio', client),
    async put(text) {
      secret = text
    },
  }
}

/** What HashiCorp Vault answers to a read of a KV store. */
async function startVault(): Promise<Manager> {
  let secret = ''
  const server = await startRawServer(({ url, headers }, response) => {
    const isKnown = url === '/v1/secret/data/caspio' && headers['x-vault-token'] === 'vault-token'
    response.writeHead(isKnown ? 200 : 403, { 'Content-Type': 'application/json' })
    const data = { data: { clientSecret: secret }, metadata: { version: 1 } }
    response.end(JSON.stringify(isKnown ? { data } : { errors: ['permission denied'] }))
  })
  const options = { endpoint: server.url, token: 'vault-token' }
  return {
    clientSecret: secretFromVault('secret/data/caspio', options),
    async put(text) {
      secret = text
    },
  }
}

/** A file that is replaced as Kubernetes does it. */
async function startFile(): Promise<Manager> {
  const folder = await mkdtemp(join(tmpdir(), 'secret-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'client-secret')
  return {
    clientSecret: secretFromFile(path),
    async put(text) {
      await writeFile(`${path}.new`, `${text}\n`)
      await rename(`${path}.new`, path)
    },
  }
}

describe.each([
  ['AWS Secrets Manager', startAWS],
  ['HashiCorp Vault', startVault],
  ['a file', startFile],
])('the client secret from %s', (_, start) => {
  it('is read for each token request, so that a rotation fails no request', async () => {
    const { account, api } = await startBench()
    const manager = await start()
    await manager.put(account.credentials.clientSecret)
    attachCaspioAuth(api, { ...account.credentials, clientSecret: manager.clientSecret })
    await api.get(PHYSICIANS)
    account.rotateSecret()
    account.revoke()
    await manager.put(account.credentials.clientSecret)
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200])
  })

  it('fails the request if it cannot be read, and the error shows nothing of it', async () => {
    const { account, api } = await startBench()
    const manager = await start()
    await manager.put('')
    const credentials = { ...account.credentials, clientSecret: manager.clientSecret }
    attachCaspioAuth(api, credentials, { retries: 0 })
    const error = await rejectionOf(api.get(PHYSICIANS))
    expect(error.code).toBe('ERR_CASPIO_TOKEN_ENDPOINT')
    expect(error.message).toContain('the secret is empty')
    expect(account.log.token).toHaveLength(0)
  })
})
