import { randomBytes } from 'node:crypto'

/** A value that serves as a client ID or secret: 50 hexadecimal digits. */
export const randomCredential = (): string => randomBytes(25).toString('hex')
