import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/cli/environment.js'
import { rejectionOf } from '../support/outcomes.js'
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
  it('returns the environment if there is no file', async () => {
    const env = { CASPIO_CLIENT_ID: 'an-id' }
    expect(await readEnvironment(env, undefined)).toEqual({ env, conflicts: [] })
  })

  it('adds the variables of the file', async () => {
    expect(await readEnvironment({ PATH: '/bin' }, await file(TEXT))).toEqual({
      env: {
        PATH: '/bin',
        CASPIO_CLIENT_ID: 'an-id',
        CASPIO_CLIENT_SECRET: 'a secret',
        OTHER: 'of the file',
      },
      conflicts: [],
    })
  })

  it('prefers the environment, even an empty value, and lists the names that differ', async () => {
    const env = { CASPIO_CLIENT_ID: '', CASPIO_CLIENT_SECRET: 'a secret', OTHER: 'another' }
    expect(await readEnvironment({ ...env }, await file(TEXT))).toEqual({
      env,
      conflicts: ['CASPIO_CLIENT_ID'],
    })
  })

  it('sets them for the whole process, where axios looks for a proxy', async () => {
    const env = { CASPIO_CLIENT_ID: 'another' }
    await readEnvironment(env, await file('https_proxy=http://127.0.0.1:3128\nCASPIO_CLIENT_ID=a'))
    expect(env).toEqual({ CASPIO_CLIENT_ID: 'another', https_proxy: 'http://127.0.0.1:3128' })
  })

  it.each([
    ['with a byte order mark', Buffer.from(`\uFEFF${TEXT}`)],
    ['in UTF-16', Buffer.from(`\uFEFF${TEXT}`, 'utf16le')],
    ['with Windows line endings', Buffer.from(TEXT.replaceAll('\n', '\r\n'))],
  ])('reads a file %s', async (_, bytes) => {
    const { env } = await readEnvironment({}, await file(bytes))
    expect(env).toMatchObject({ CASPIO_CLIENT_ID: 'an-id', CASPIO_CLIENT_SECRET: 'a secret' })
  })

  it('names a file that is missing', async () => {
    const path = join(await temporaryFolder(), 'missing.env')
    const { message } = await rejectionOf(readEnvironment({}, path))
    expect(message).toBe(`cannot read the file ${path} (ENOENT). Check the path after --dotenv`)
  })
})
