// Encryption at rest for a tokenStore, in Keyv's serialisation hooks: AES-256-GCM.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { Keyv } from 'keyv'

const ALGORITHM = 'aes-256-gcm'
// Authenticated with the rest. Count it up when the layout changes.
const VERSION = Buffer.from([1])
const IV_LENGTH = 12
const TAG_LENGTH = 16
const IV_END = VERSION.length + IV_LENGTH
const TAG_END = IV_END + TAG_LENGTH

/**
 * A Keyv on `store` (a Map, or any of its adapters) whose values are encrypted with `key`, 32 bytes.
 * Its keys are not: they name the account and the client ID.
 */
export function encryptedKeyv(store, key) {
  return new Keyv(store, {
    serialize(data) {
      // Never the same IV twice under one key.
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
        // Tampered with, or of another key. Something that is no token: the plugin reports it in
        // store-failed, and overwrites it. To throw would put the whole store to rest for 10 s;
        // undefined would be a miss that nobody hears of.
        return { value: 'unreadable' }
      }
    },
  })
}

/** 32 bytes of base64 or hex. The error does not show what it was given. */
export function readKey(text) {
  const key = Buffer.from(text.trim(), /^\s*[\da-f]{64}\s*$/i.test(text) ? 'hex' : 'base64')
  if (key.length !== 32) throw new Error('The key must be 32 bytes, in base64 or hex.')
  return key
}
