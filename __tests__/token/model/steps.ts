import * as fc from 'fast-check'
import { HOUR, MINUTE, SECOND } from '../../support/durations.js'
import type { VirtualClock } from './virtual-clock.js'
import type { Fault, Forbidden, Manner, World } from './world.js'

const DAY = 24 * HOUR

/** What happens next. Plain data, so that a failing sequence can be read. */
export type Step =
  | { readonly do: 'request'; readonly count: number; readonly manner: Manner; readonly to: string }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'step the wall clock' | 'sleep'; readonly ms: number }
  | { readonly do: 'fail'; readonly fault: Fault; readonly times: number }
  | { readonly do: 'forbid'; readonly what: Forbidden }
  | { readonly do: 'latency'; readonly token: number; readonly api: number }
  | { readonly do: 'attach'; readonly newSource: boolean }
  | { readonly do: 'get a token'; readonly renew: boolean }
  | {
      readonly do:
        | 'restore'
        | 'revoke'
        | 'revoke refresh tokens'
        | 'abort'
        | 'detach'
        | 'invalidate'
    }

const oneOf = <T>(...values: T[]) => fc.constantFrom(...values)
const only = <T extends string>(name: T) => fc.constant({ do: name } as const)

const request = fc.record({
  do: fc.constant('request' as const),
  count: fc.integer({ min: 1, max: 3 }),
  manner: oneOf<Manner>('plain', 'plain', 'timed', 'abortable', 'unrecovered'),
  to: oneOf('/rows', '/rows', '/files', '/views'),
})
const wait = fc.record({
  do: fc.constant('wait' as const),
  ms: oneOf(
    1,
    20,
    30,
    50,
    400,
    SECOND,
    3 * SECOND,
    11 * SECOND,
    31 * SECOND,
    MINUTE,
    9 * MINUTE,
    HOUR,
  ),
})

const forbid = fc.record({
  do: fc.constant('forbid' as const),
  what: oneOf<Forbidden>('nothing', '/rows', 'everything'),
})
const latency = fc.record({
  do: fc.constant('latency' as const),
  token: oneOf(0, 50, 3 * SECOND),
  api: oneOf(0, 20, 2 * SECOND),
})
const getToken = fc.record({ do: fc.constant('get a token' as const), renew: fc.boolean() })
const fail = fc.record({
  do: fc.constant('fail' as const),
  fault: oneOf<Fault>(
    'network',
    'hang',
    'credentials',
    'nonsense',
    { retryAfter: 0 },
    { retryAfter: 2 },
    { retryAfter: 20 },
    { retryAfter: 900 },
  ),
  times: oneOf(1, 2, 3, 4, 1e9),
})
const attach = fc.record({ do: fc.constant('attach' as const), newSource: fc.boolean() })
const step = fc.record({
  do: fc.constant('step the wall clock' as const),
  ms: oneOf(-DAY, -HOUR, -2 * SECOND, 2 * SECOND, HOUR, DAY),
})
const sleep = fc.record({
  do: fc.constant('sleep' as const),
  ms: oneOf(2 * SECOND, 10 * MINUTE, DAY),
})

function sequenceOf(choices: [weight: number, arbitrary: fc.Arbitrary<Step>][]) {
  const weighted = choices.map(([weight, arbitrary]) => ({ weight, arbitrary }))
  return fc.array(fc.oneof(...weighted), { minLength: 1, maxLength: 40, size: 'max' })
}

const anything = sequenceOf([
  [12, request],
  [8, wait],
  [3, only('revoke')],
  [3, fail],
  [2, getToken],
  [1, only('revoke refresh tokens')],
  [1, only('restore')],
  [1, only('abort')],
  [1, only('invalidate')],
  [1, only('detach')],
  [1, attach],
  [1, forbid],
  [1, latency],
  [1, step],
  [1, sleep],
])

// Only a long history shows when a renewal helps and when it does not.
const rejections = sequenceOf([
  [6, request],
  [4, wait],
  [4, forbid],
  [2, only('revoke')],
  [2, latency],
  [1, getToken],
])

export const sequences: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 3, arbitrary: anything },
  { weight: 1, arbitrary: rejections },
)

/** Takes one step, and waits until everything that it starts immediately has finished. */
export async function take(step: Step, world: World, clock: VirtualClock): Promise<void> {
  const { model } = world
  let wasUsed = false
  switch (step.do) {
    case 'request':
      wasUsed = world.isAttached
      for (let i = 0; i < step.count; i++) world.request(step.manner, step.to)
      break
    case 'get a token':
      wasUsed = true
      world.getAccessToken(step.renew)
      break
    case 'wait':
      await clock.advance(step.ms)
      break
    case 'step the wall clock':
      clock.step(step.ms)
      break
    case 'sleep':
      clock.sleep(step.ms)
      break
    case 'fail':
      world.fault = step.fault
      world.faults = step.times
      break
    case 'restore':
      world.faults = 0
      break
    case 'forbid':
      world.forbidden = step.what
      break
    case 'latency':
      world.tokenLatency = step.token
      world.apiLatency = step.api
      break
    case 'attach':
      world.attach(step.newSource)
      break
    case 'revoke':
      world.revoke()
      break
    case 'revoke refresh tokens':
      world.revokeRefreshTokens()
      break
    case 'abort':
      world.abort()
      break
    case 'detach':
      world.detach()
      break
    case 'invalidate':
      world.invalidate()
  }
  await clock.advance(0)
  model.rested(wasUsed)
  world.rested()
}
