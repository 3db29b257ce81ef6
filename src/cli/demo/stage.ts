import { setTimeout as sleep } from 'node:timers/promises'
import axios, { type AxiosInstance } from 'axios'
import type { CaspioAuthEvent } from '../../contract/events.js'
import type { CaspioCredentials } from '../../contract/types.js'
import { attachCaspioAuth } from '../../index.js'
import type { CaspioLog } from '../../testing/types.js'
import type { Timeline } from './timeline.js'

interface Answer {
  readonly sentAt: number
  /** Milliseconds. */
  readonly took: number
  readonly rows: number
}

/** What an account knows of the requests that it received. */
type Log = Pick<CaspioLog, 'token' | 'api'>

/** A place in the records, to look at what comes after it. */
interface Mark {
  readonly events: number
  readonly token: number
  readonly api: number
}

/** One account, and a record of all that happens to it in the demo. */
export interface Stage {
  readonly timeline: Timeline
  readonly events: readonly (CaspioAuthEvent & { readonly at: number })[]
  readonly answers: readonly Answer[]
  /** A new axios instance with the plugin on it, as in a process that has just started. */
  attach(credentials: CaspioCredentials): AxiosInstance
  /** The same, and a look whether that fetches anything. */
  attachIdle(credentials: CaspioCredentials): Promise<AxiosInstance>
  get(api: AxiosInstance): Promise<Answer>
  getAtOnce(api: AxiosInstance, count: number): Promise<void>
  mark(): Mark
  callsSince(mark: Mark): Log
  expectTokenCalls(count: number, mark?: Mark): void
}

const START: Mark = { events: 0, token: 0, api: 0 }

/** @param log on a real account there are only the events to go by */
export function createStage(timeline: Timeline, origin: string, path: string, log?: Log): Stage {
  const events: (CaspioAuthEvent & { readonly at: number })[] = []
  const answers: Answer[] = []
  const { token = [], api: calls = [] } = log ?? {}

  const stage: Stage = {
    timeline,
    events,
    answers,
    attach(credentials) {
      const api = axios.create({ baseURL: `${origin}/rest/v2` })
      attachCaspioAuth(api, credentials, {
        onEvent(event) {
          events.push({ ...event, at: performance.now() })
          const text = textOf(event)
          if (text) timeline.event(text)
        },
      })
      return api
    },
    async attachIdle(credentials) {
      const api = stage.attach(credentials)
      timeline.tell('attached')
      await sleep(50)
      stage.expectTokenCalls(0)
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
      timeline.tell(`${count} requests at once`)
      const got = await Promise.all(Array.from({ length: count }, () => stage.get(api)))
      timeline.tell(`${got.length} answers, the slowest after ${inMs(slowest(got))}`)
    },
    mark: () => ({ events: events.length, token: token.length, api: calls.length }),
    callsSince: (mark) => ({ token: token.slice(mark.token), api: calls.slice(mark.api) }),
    expectTokenCalls(count, mark = START) {
      const told = events.slice(mark.events).filter(({ type }) => type === 'token-request').length
      const logged = log ? token.length - mark.token : told
      const what = count === 0 ? 'no token call so far' : `${count} token call in this chapter`
      timeline.expect(what, told === count && logged === count)
    },
  }
  return stage
}

/** Rejected and resent come fifty at a time: they are counted. */
function textOf(event: CaspioAuthEvent): string | undefined {
  switch (event.type) {
    case 'token-request': {
      const outcome = [event.status, event.errorCode].filter(Boolean).join(' ')
      return `token call, ${event.grant}: ${outcome} after ${inMs(event.duration)}`
    }
    case 'token-taken':
      return `token taken into use, for ${event.expiresIn ?? 'nobody knows how many'} s`
    case 'acquisition-failed':
      return `no token, next attempt in ${inMs(event.retryIn)}`
    default:
      return undefined
  }
}

export function slowest(answers: readonly Answer[]): number {
  return Math.max(...answers.map(({ took }) => took))
}

export function inMs(duration: number): string {
  return `${duration.toFixed(0)} ms`
}
