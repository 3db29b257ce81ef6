// A token store that is encrypted at rest: AES-256-GCM in Keyv's serialisation hooks.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Keyv } from 'keyv'

const ALGORITHM = 'aes-256-gcm'
// Authenticated together with the rest. Increase it when the layout changes.
const VERSION = Buffer.from([1])
const IV_LENGTH = 12
const TAG_LENGTH = 16
const IV_END = VERSION.length + IV_LENGTH
const TAG_END = IV_END + TAG_LENGTH

/**
 * A Keyv on `store` (a Map or a Keyv adapter) that encrypts values with `key`, which has 32 bytes.
 * It does not encrypt the names of values: they contain the account and the client ID.
 */
export function encryptedKeyv(store, key) {
  return new Keyv(store, {
    serialize(data) {
      // An IV must never be used twice with the same key.
      const iv = randomBytes(IV_LENGTH)
      const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_LENGTH })
      cipher.setAAD(VERSION)
      const text = Buffer.concat([cipher.update(JSON.stringify(data), 'utf8'), cipher.final()])
      return Buffer.concat([VERSION, iv, cipher.getAuthTag(), text]).toString('base64')
    },
    deserialize(stored) {
      try {
        const bytes = Buffer.from(stored, 'base64')
        const iv = bytes.subarray(VERSION.length, IV_END)
        const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_LENGTH })
        decipher.setAAD(bytes.subarray(0, VERSION.length))
        decipher.setAuthTag(bytes.subarray(IV_END, TAG_END))
        const text = decipher.update(bytes.subarray(TAG_END), undefined, 'utf8')
        return JSON.parse(text + decipher.final('utf8'))
      } catch {
        // The value was changed, or encrypted with another key. Return something that is not a
        // token: the plugin reports it as store-failed and overwrites it. If we threw, the plugin
        // would skip the store for 10 s. If we returned undefined, nobody would notice.
        return { value: 'unreadable' }
      }
    },
  })
}

/** Reads 32 bytes from base64 or hex. The error does not show the text. */
export function readKey(text) {
  const key = Buffer.from(text.trim(), /^\s*[\da-f]{64}\s*$/i.test(text) ? 'hex' : 'base64')
  if (key.length !== 32) throw new Error('The key must be 32 bytes, in base64 or hex.')
  return key
}
