import { createCooldown } from './cooldown.js'

const LONGEST_MS = 60_000

/**
 * Judges whether renewals after a rejection help: some resources answer 401 to every token. After a
 * useless renewal a cooldown begins, in which 401s go to their callers.
 */
export function createRenewalJudge() {
  const cooldown = createCooldown(LONGEST_MS)
  const verdicts = new WeakMap<object, 'unproven' | 'useful' | 'useless'>()
  let wasLastUseful = false
  return {
    isCoolingDown: cooldown.isActive,
    reset: cooldown.reset,
    /** From now on `recordOutcome` judges this token, which replaces a rejected one. */
    watch: (token: object) => void verdicts.set(token, 'unproven'),
    isUseless: (token: object) => verdicts.get(token) === 'useless',
    /** Records whether a request that had been rejected was accepted with this token. */
    recordOutcome(token: object, isAccepted: boolean): void {
      if (isAccepted) {
        verdicts.set(token, 'useful')
        wasLastUseful = true
        cooldown.reset()
      } else if (verdicts.get(token) === 'unproven') {
        verdicts.set(token, 'useless')
        // If the last renewal helped, this token may have been revoked like the one before it.
        if (!wasLastUseful) cooldown.start()
        wasLastUseful = false
      }
    },
  }
}
