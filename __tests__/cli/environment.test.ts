import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import util from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readEnvironment } from '../../src/cli/environment.js'
import { rejectionOf } from '../support/account.js'
import { temporaryFolder } from '../support/programs.js'

async function file(content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'values.env')
  await writeFile(path, content)
  return path
}

const TEXT = `# of the profile
CASPIO_CLIENT_ID=an-id
export CASPIO_CLIENT_SECRET="a secret"
OTHER=of the file
`

describe('readEnvironment', () => {
  it('is the environment alone without a file', async () => {
    const env = { CASPIO_CLIENT_ID: 'an-id' }
    expect(await readEnvironment(env, undefined)).toEqual({ env, overruled: [] })
  })

  it('adds what the file says', async () => {
    expect(await readEnvironment({ PATH: '/bin' }, await file(TEXT))).toEqual({
      env: {
        PATH: '/bin',
        CASPIO_CLIENT_ID: 'an-id',
        CASPIO_CLIENT_SECRET: 'a secret',
        OTHER: 'of the file',
      },
      overruled: [],
    })
  })

  it('lets the environment go first, a blank one as well, and tells where they differ', async () => {
    const env = { CASPIO_CLIENT_ID: '', CASPIO_CLIENT_SECRET: 'a secret', OTHER: 'another' }
    expect(await readEnvironment(env, await file(TEXT))).toEqual({
      env,
      overruled: ['CASPIO_CLIENT_ID'],
    })
  })

  it.each([
    ['with a mark in front', Buffer.from(`\uFEFF${TEXT}`)],
    ['in UTF-16', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
    ['with Windows line ends', Buffer.from(TEXT.replaceAll('\n', '\r\n'))],
  ])('reads a file %s', async (_, bytes) => {
    const { env } = await readEnvironment({}, await file(bytes))
    expect(env).toMatchObject({ CASPIO_CLIENT_ID: 'an-id', CASPIO_CLIENT_SECRET: 'a secret' })
  })

  it('names a file that is not there', async () => {
    const path = join(await temporaryFolder(), 'missing.env')
    const { message } = await rejectionOf(readEnvironment({}, path))
    expect(message).toBe(`the file of --env-file cannot be read (ENOENT): ${path}`)
  })

  it('asks for a newer Node where it cannot read such files', async () => {
    const { parseEnv } = util
    onTestFinished(() => {
      util.parseEnv = parseEnv
    })
    Reflect.deleteProperty(util, 'parseEnv')
    const { message } = await rejectionOf(readEnvironment({}, await file(TEXT)))
    expect(message).toBe('--env-file needs Node 20.12 or newer.')
  })
})
