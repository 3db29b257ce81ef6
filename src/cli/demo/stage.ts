import { setTimeout as sleep } from 'node:timers/promises'
import axios, { type AxiosInstance } from 'axios'
import type { CaspioAuthEvent } from '../../contract/events.js'
import type { CaspioCredentials } from '../../contract/types.js'
import { attachCaspioAuth } from '../../index.js'
import type { CaspioLog } from '../../testing/log-types.js'
import { counted } from '../text.js'
import type { Timeline } from './timeline.js'

interface Answer {
  readonly sentAt: number
  /** Milliseconds. */
  readonly took: number
  readonly rows: number
}

type RecordedEvent = CaspioAuthEvent & { readonly at: number }

/** The requests that an account received. */
type Log = Pick<CaspioLog, 'token' | 'api'>

/** A point in the records. */
interface Mark {
  readonly events: number
  readonly token: number
  readonly api: number
}

/** One account, and a record of everything that the demo does with it. */
export interface Stage {
  readonly timeline: Timeline
  readonly events: readonly RecordedEvent[]
  readonly answers: readonly Answer[]
  /** Creates an axios instance with the plugin, as a program does at its start. */
  attach(credentials: CaspioCredentials): AxiosInstance
  /** Does the same, and expects that it sends no token request. */
  attachIdle(credentials: CaspioCredentials): Promise<AxiosInstance>
  get(api: AxiosInstance): Promise<Answer>
  getAtOnce(api: AxiosInstance, count: number): Promise<void>
  mark(): Mark
  callsSince(mark: Mark): Log
  expectTokenRequests(count: number, mark?: Mark): void
}

const START: Mark = { events: 0, token: 0, api: 0 }

/** @param log that of a stand-in account; a real account has none to offer */
export function createStage(timeline: Timeline, origin: string, path: string, log?: Log): Stage {
  const events: RecordedEvent[] = []
  const answers: Answer[] = []
  const { token = [], api: calls = [] } = log ?? {}

  const stage: Stage = {
    timeline,
    events,
    answers,
    attach(credentials) {
      const baseURL = `${origin}/integrations/rest/v3`
      // A proxy (HTTP_PROXY) cannot reach the stand-in account.
      const api = axios.create({ baseURL, ...(log && { proxy: false }) })
      attachCaspioAuth(api, credentials, {
        onEvent(event) {
          events.push({ ...event, at: performance.now() })
          const text = describeEvent(event)
          if (text) timeline.event(text)
        },
      })
      return api
    },
    async attachIdle(credentials) {
      const api = stage.attach(credentials)
      timeline.note('attached')
      await sleep(50)
      stage.expectTokenRequests(0)
      return api
    },
    async get(api) {
      const sentAt = performance.now()
      const { data } = await api.get(path)
      const answer = { sentAt, took: performance.now() - sentAt, rows: data.Result.length }
      answers.push(answer)
      return answer
    },
    async getAtOnce(api, count) {
      timeline.note(`${count} requests at once`)
      const got = await Promise.all(Array.from({ length: count }, () => stage.get(api)))
      timeline.note(`${got.length} answers, the slowest after ${formatMs(slowest(got))}`)
    },
    mark: () => ({ events: events.length, token: token.length, api: calls.length }),
    callsSince: (mark) => ({ token: token.slice(mark.token), api: calls.slice(mark.api) }),
    expectTokenRequests(count, mark = START) {
      const reported = events.slice(mark.events).filter(({ type }) => type === 'token-request')
      const logged = log ? token.length - mark.token : reported.length
      const what =
        count === 0
          ? 'no token request so far'
          : `${counted(count, 'token request')} in this chapter`
      timeline.expect(what, reported.length === count && logged === count)
    },
  }
  return stage
}

/** Leaves out the events of single API requests, which come fifty at a time and are counted. */
function describeEvent(event: CaspioAuthEvent): string | undefined {
  switch (event.type) {
    case 'token-request': {
      const outcome = [event.status, event.errorCode].filter(Boolean).join(' ')
      return `token request, ${event.grant}: ${outcome} after ${formatMs(event.duration)}`
    }
    case 'token-taken':
      return `new token, ${event.expiresIn === undefined ? 'life unknown' : `valid for ${event.expiresIn} s`}`
    case 'acquisition-failed':
      return `no token; next attempt in ${formatMs(event.retryIn)}`
    default:
      return undefined
  }
}

export function slowest(answers: readonly Answer[]): number {
  return Math.max(...answers.map(({ took }) => took))
}

export function formatMs(duration: number): string {
  return `${duration.toFixed(0)} ms`
}
