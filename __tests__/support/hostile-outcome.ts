import axios, { type AxiosError, type AxiosResponse } from 'axios'
import { CaspioAuthError } from '../../src/index.js'
import { GARBAGE, HTML_PAGE } from './hostile-faults.js'
import { witness } from './hygiene.js'

/** How one request ended. */
export interface Outcome {
  /** In the words of docs/faults.md. */
  readonly word: string
  readonly error?: AxiosError
}

// Far longer than any timeout that the tests configure.
const HANGS_AFTER_MS = 20_000
const HANGS = 'hangs'

/** @param isRight whether the data is the right answer */
export async function outcomeOf(
  sending: Promise<unknown>,
  isRight: (data: unknown) => boolean,
): Promise<Outcome> {
  try {
    const data = await inTime(sending)
    if (data === HANGS) return { word: HANGS }
    return { word: isRight(data) ? 'answer' : isFaulty(data) ? 'text' : `wrong: ${data}` }
  } catch (error) {
    const { name, code, message } = error as AxiosError
    const isOurs = axios.isAxiosError(error) && !(error instanceof TypeError) && message
    return isOurs ? { word: code ?? message, error } : { word: `${name}: ${message}` }
  }
}

/** A body that came with status 200 and is not JSON. */
function isFaulty(data: unknown): boolean {
  return (
    typeof data === 'string' &&
    (['', HTML_PAGE, String(GARBAGE)].includes(data) || data.startsWith('{"Result":['))
  )
}

export async function inTime<T>(promise: Promise<T>): Promise<T | typeof HANGS> {
  let timer: NodeJS.Timeout | undefined
  const end = new Promise<typeof HANGS>((resolve) => {
    timer = setTimeout(() => resolve(HANGS), HANGS_AFTER_MS)
  })
  return Promise.race([promise, end]).finally(() => clearTimeout(timer))
}

/** Passes one error of each kind to the check for secrets, which takes time for each error. */
export function createWitness(): (kind: string, error: AxiosError) => void {
  const seen = new Set<string>()
  return (kind, error) => {
    if (seen.has(`${kind} ${error.code}`)) return
    seen.add(`${kind} ${error.code}`)
    // Of axios's errors, check what loggers print. `request` leads to a socket, and the socket to
    // everything else that the process sends through it.
    witness(error instanceof CaspioAuthError ? error : JSON.stringify(error))
  }
}

/** What is wrong with one of the plugin's errors, or undefined if it says what it should. */
export function flawOf(error: unknown): string | undefined {
  if (!(error instanceof CaspioAuthError)) return undefined
  const { message, nextAttemptAt } = error
  const saysWhat = /the token endpoint \S+ (did not answer \(.{5,}\)|answered \d+)/
  if (!saysWhat.test(message)) return `it does not say what happened: ${message}`
  if (!/\. Check .*tokenEndpointURL/.test(message)) return `it does not say what to do: ${message}`
  const cooldown = Number(nextAttemptAt) - Date.now()
  return cooldown > 30_000 || Number.isNaN(cooldown)
    ? `the next attempt is in ${cooldown} ms`
    : undefined
}

export function dataOf({ data }: AxiosResponse): unknown {
  return data
}

/** Reads a whole answer from a Node stream or a web stream. */
export async function readStream({ data }: AxiosResponse): Promise<unknown> {
  const parts: Uint8Array[] = []
  for await (const part of data) parts.push(part)
  const text = Buffer.concat(parts).toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
