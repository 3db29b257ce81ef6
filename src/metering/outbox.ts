import { getOrCreate } from '../lib/get-or-create.js'
import { clearTimeout, setTimeout } from '../lib/real-timers.js'
import { delay, startTimer } from '../lib/timers.js'
import { randomID } from './random-id.js'
import { OTHER } from './resources.js'
import type { CallCount, CallDelta, CallKind, CallRow } from './types.js'

type Row = { -readonly [Name in keyof CallRow]: CallRow[Name] }

/** By day, resource and kind. */
type Rows = Map<string, Map<string, Map<CallKind, Row>>>

const FIRST_BACK_OFF_MS = 250
const LONGEST_BACK_OFF_MS = 60_000
const ATTEMPTS_OF_FLUSH = 5
// Less than the 10 s that Docker gives a container to stop.
const LONGEST_FLUSH_MS = 8_000
// If a sink is down for months, so many rows wait for it at most, and a few for each further day.
const MOST_ROWS = 10_000

/** Keeps what is new, and writes it: one delta at a time, in order, each until it is written. */
export class Outbox {
  /** What was counted since the last delta. */
  #rows: Rows = new Map()
  #size = 0
  #calls = 0
  /** The delta that is being written, or that waits for the next attempt. */
  #delta: CallDelta | undefined
  #writing: Promise<void> | undefined
  #deltasTaken = 0
  #deltasWritten = 0
  #failures = 0
  /** How many flushes are under way. They try again instead of the background. */
  #flushes = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  /** @param onWritten called after each write; does not reject */
  constructor(
    private readonly write: (delta: CallDelta) => unknown,
    private readonly writeEvery: number,
    private readonly onWritten: () => Promise<void>,
  ) {}

  add(day: string, kind: CallKind, resource: string, { lower, upper }: CallCount): void {
    const row = this.#rowOf(day, kind, resource)
    row.lower += lower
    row.upper += upper
    this.#calls++
    const isIdle = !this.#delta && !this.#writing
    if (isIdle && this.#calls >= this.writeEvery) this.#writeInBackground(true)
  }

  // Not one key of all three: to put it together would take as long as the rest.
  #rowOf(day: string, kind: CallKind, resource: string): Row {
    const resources = getOrCreate(this.#rows, day, () => new Map())
    const isFull = this.#size >= MOST_ROWS && resource !== OTHER && !resources.has(resource)
    if (isFull) return this.#rowOf(day, kind, OTHER)
    const kinds = getOrCreate(resources, resource, () => new Map())
    return getOrCreate(kinds, kind, () => {
      this.#size++
      return { day, kind, resource, lower: 0, upper: 0 }
    })
  }

  /** @param mayFollow whether another write may start after this one without a further call */
  #writeInBackground(mayFollow: boolean): void {
    this.#attempt().then(
      () => {
        // Only once: a sink may call Caspio itself, and these calls are counted, too. Its writes must
        // not cause each other for ever.
        if (mayFollow && this.#calls >= this.writeEvery) this.#writeInBackground(false)
      },
      // The next attempt is planned already.
      () => {},
    )
  }

  /** Writes the delta that failed, or else what is new. Joins a write that is under way. */
  #attempt(): Promise<void> {
    clearTimeout(this.#timer)
    this.#isStopped = false
    this.#writing ??= this.#writeOnce().finally(() => {
      this.#writing = undefined
      if (this.#delta) this.#tryLater()
    })
    return this.#writing
  }

  async #writeOnce(): Promise<void> {
    this.#delta ??= this.#takeDelta()
    try {
      await this.write(this.#delta)
    } catch (error) {
      this.#failures++
      throw error
    }
    this.#delta = undefined
    this.#deltasWritten++
    this.#failures = 0
    await this.onWritten()
  }

  #takeDelta(): CallDelta {
    const delta = { id: randomID(), counts: rowsOf(this.#rows) }
    this.#rows = new Map()
    this.#size = 0
    this.#calls = 0
    this.#deltasTaken++
    return delta
  }

  #tryLater(): void {
    if (this.#flushes > 0 || this.#isStopped) return
    const backOffMs = FIRST_BACK_OFF_MS * 2 ** (this.#failures - 1)
    this.#timer = startTimer(
      () => this.#writeInBackground(true),
      Math.min(backOffMs, LONGEST_BACK_OFF_MS),
    )
  }

  /** Writes what was counted until now. Rejects if the fifth attempt does, or if the time is up. */
  async flush(): Promise<void> {
    const lastDelta = this.#deltasTaken + (this.#size > 0 ? 1 : 0)
    this.#flushes++
    let failures = 0
    let fault: unknown = new Error(
      `axios-caspio-auth: the write did not end within ${LONGEST_FLUSH_MS} ms`,
    )
    let isTooLate = false
    let timer: ReturnType<typeof setTimeout> | undefined
    // This timer keeps the process alive: somebody waits.
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(true), LONGEST_FLUSH_MS)
    })
    try {
      while (this.#deltasWritten < lastDelta) {
        if (isTooLate || failures === ATTEMPTS_OF_FLUSH) throw fault
        const attempt = this.#attempt().catch((error) => {
          fault = error
          failures++
          if (failures < ATTEMPTS_OF_FLUSH) return delay(FIRST_BACK_OFF_MS * 2 ** (failures - 1))
        })
        isTooLate = Boolean(await Promise.race([tooLate, attempt]))
      }
    } finally {
      clearTimeout(timer)
      this.#flushes--
      if (this.#delta && !this.#writing) this.#tryLater()
    }
  }

  /** Stops trying. What is left is written by the next write. */
  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
  }
}

function rowsOf(rows: Rows): Row[] {
  return [...rows.values()].flatMap((resources) =>
    [...resources.values()].flatMap((kinds) => [...kinds.values()]),
  )
}
