import type { CallPace, CallSummary } from './types.js'

const ALARM_AT = 0.9
const TOP = 5

interface PaceSettings {
  readonly plan: number
  readonly onPace: (pace: CallPace) => unknown
  readonly today: () => string
  /** The calls of the fleet, or of this process. */
  readonly summarise: () => CallSummary | Promise<CallSummary>
}

/**
 * Returns a function that warns if the period goes on at a pace that uses up the plan, once a day at
 * most. It does not reject.
 */
export function createPaceCheck({ plan, onPace, today, summarise }: PaceSettings) {
  let warnedOn = ''
  return async (): Promise<void> => {
    try {
      if (warnedOn === today()) return
      const { calls: used, projected, byResource } = await summarise()
      // Meanwhile another check may have warned.
      if (projected.upper <= ALARM_AT * plan || warnedOn === today()) return
      warnedOn = today()
      const top = Object.entries(byResource)
        .map(([resource, count]) => ({ resource, ...count }))
        .sort((a, b) => b.upper - a.upper)
        .slice(0, TOP)
      await onPace({ used, projected, plan, top })
    } catch {
      // The listener's own fault, or that of the sink. The next check asks again.
    }
  }
}
