import { randomBytes } from 'node:crypto'

/** Makes a client ID or a client secret: 50 hexadecimal digits. */
export const randomCredential = (): string => randomBytes(25).toString('hex')
