import axios, { type AxiosError, type AxiosResponse } from 'axios'
import { CaspioAuthError } from '../../src/index.js'
import { GARBAGE, HTML_PAGE } from './hostile-faults.js'
import { witness } from './hygiene.js'

/** What became of one request. */
export interface Outcome {
  /** In the words of docs/faults.md. */
  readonly word: string
  readonly error?: AxiosError
}

// Far beyond every bound that the tests configure.
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
    return { word: isRight(data) ? 'answer' : isSpoilt(data) ? 'text' : `wrong: ${data}` }
  } catch (error) {
    const { name, code, message } = error as AxiosError
    const isOurs = axios.isAxiosError(error) && !(error instanceof TypeError) && message
    return isOurs ? { word: code ?? message, error } : { word: `${name}: ${message}` }
  }
}

/** Something that came with status 200 where JSON should have. */
function isSpoilt(data: unknown): boolean {
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

/** Hands errors to the secrets' check: one of each kind, since each costs that check its time. */
export function createWitness(): (kind: string, error: AxiosError) => void {
  const seen = new Set<string>()
  return (kind, error) => {
    if (seen.has(`${kind} ${error.code}`)) return
    seen.add(`${kind} ${error.code}`)
    // Of axios's own errors what loggers print: behind `request` is a socket, and behind that
    // whatever else the process sends by it.
    witness(error instanceof CaspioAuthError ? error : JSON.stringify(error))
  }
}

/** What is wrong with an error of the plugin's; undefined if it says what it should. */
export function flawOf(error: unknown): string | undefined {
  if (!(error instanceof CaspioAuthError)) return undefined
  const { message, nextAttemptAt } = error
  const saysWhat = /the token endpoint \S+ (gave no answer \(.{5,}\)|answered \d+)/
  if (!saysWhat.test(message)) return `it does not say what happened: ${message}`
  if (!/\. Check .*tokenEndpointURL/.test(message)) return `it does not say what to do: ${message}`
  const pause = Number(nextAttemptAt) - Date.now()
  return pause > 30_000 || Number.isNaN(pause) ? `the next attempt is in ${pause} ms` : undefined
}

export function dataOf({ data }: AxiosResponse): unknown {
  return data
}

/** The whole of an answer that is a stream, of either kind. */
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
