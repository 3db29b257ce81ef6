import type { CaspioAuthEvent } from '../../src/index.js'

export function grants(events: CaspioAuthEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'token-request' ? [event.grant] : []))
}
