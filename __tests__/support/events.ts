import { expect, vi } from 'vitest'
import type { CaspioAuthEvent } from '../../src/index.js'

export type EventOf<Type extends CaspioAuthEvent['type']> = Extract<CaspioAuthEvent, { type: Type }>

export const DAY_IN_MS = 86_400_000

export const duration = expect.any(Number)

export const issued = {
  type: 'token-request',
  grant: 'client_credentials',
  status: 200,
  duration,
}

export const taken = {
  type: 'token-taken',
  source: 'issued',
  grant: 'client_credentials',
  expiresIn: 86_399,
}

export function ofType<Type extends CaspioAuthEvent['type']>(
  events: readonly CaspioAuthEvent[],
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type)
}

/** Moves the clock that determines the age of tokens. */
export function passTime(ms: number): void {
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + ms })
}
