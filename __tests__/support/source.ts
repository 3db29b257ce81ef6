import { vi } from 'vitest'
import type { CaspioAuthEvent } from '../../src/index.js'

export function grants(events: CaspioAuthEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'token-request' ? [event.grant] : []))
}

/** Waits until something in the background has happened. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  await vi.waitUntil(condition, { timeout: 5_000, interval: 5 })
}
