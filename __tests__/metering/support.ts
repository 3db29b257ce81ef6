import type { CaspioAuthEvent } from '../../src/index.js'
import type { CallCount, CallDelta, CallRow } from '../../src/metering/index.js'

export const API = 'https://a1bcd234.caspio.com/integrations/rest/v3'

type CallEvent = Extract<CaspioAuthEvent, { type: 'api-call' }>

/** An event of the plugin: an answered call to `/tables/Orders/records`, unless told otherwise. */
export function callEvent(change: Partial<CallEvent> = {}): CallEvent {
  const url = `${API}/tables/Orders/records`
  return {
    type: 'api-call',
    method: 'GET',
    url,
    status: 200,
    resent: false,
    duration: 0,
    ...change,
  }
}

/** An event without an answer. */
export function unanswered(errorCode: string, url = `${API}/files`): CallEvent {
  const { status: _, ...event } = callEvent({ url, errorCode })
  return event
}

export const TOKEN_REQUEST: CaspioAuthEvent = {
  type: 'token-request',
  grant: 'client_credentials',
  status: 200,
  duration: 0,
}

export function countOf(lower: number, upper = lower): CallCount {
  return { lower, upper }
}

/** The sum of rows. */
export function sumOf(rows: Iterable<CallRow>): CallCount {
  let [lower, upper] = [0, 0]
  for (const row of rows) {
    lower += row.lower
    upper += row.upper
  }
  return { lower, upper }
}

/** A sink in memory. It drops a delta that it knows. */
export function memorySink() {
  const deltas = new Map<string, CallDelta>()
  const write = (delta: CallDelta) => {
    deltas.set(delta.id, delta)
  }
  const rows = () => [...deltas.values()].flatMap(({ counts }) => counts)
  return { deltas, write, rows }
}
