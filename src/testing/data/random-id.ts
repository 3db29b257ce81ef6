import { randomInt } from 'node:crypto'

/** An ID in the form in which v4 knows a table or view: six letters and digits. */
export function randomId(): string {
  return randomInt(36 ** 5, 36 ** 6).toString(36)
}
