import { type Cooldown, createCooldown } from './cooldown.js'

const LONGEST_MS = 60_000
const LONGEST_FOR_A_RESOURCE_MS = 3_600_000
const MOST_RESOURCES = 1_000
const ENOUGH_EVIDENCE = 2

// So that the processes of a fleet do not all try the next token at once. Without a lock, each would
// request one.
const lengthenAtRandom = (ms: number): number => ms * (1 + Math.random() / 2)

/**
 * Judges whether renewals after a rejection help. A resource that rejects two tokens in a row "refuses":
 * it has a cooldown, in which its 401s go to their callers. If a second resource refuses before any
 * request is accepted, all 401s go to their callers for a while.
 */
export function createRenewalJudge() {
  const cooldown = createCooldown(LONGEST_MS)
  /** The resources that rejected a token and have accepted none since, each with the last such token. */
  const resources = new Map<string, Cooldown & { token: object; evidence: number }>()
  /** How many resources began to refuse since the last accepted request. */
  let refusals = 0
  /** The token that started the cooldown for all resources last. Each token starts it once. */
  let blamedToken: object | undefined

  const hasRefused = (resource: string) => resources.get(resource)?.isRemembered() === true

  return {
    hasRefused,
    isCoolingDown: (resource: string) =>
      cooldown.isActive() || resources.get(resource)?.isActive() === true,
    recordAccepted(resource: () => string): void {
      cooldown.reset()
      refusals = 0
      if (resources.size > 0) resources.delete(resource())
    },
    /**
     * @param weight how much this says about the resource: 2 if the token is new, 1 if it has worked
     *   elsewhere and may have been revoked, and 0 if it is old
     * @returns whether this resource has rejected another token before, or any resource has lately
     *   refused
     */
    recordRejected(token: object, resource: string, weight: 0 | 1 | 2): boolean {
      const refusal = resources.get(resource) ?? {
        ...createCooldown(LONGEST_FOR_A_RESOURCE_MS),
        token,
        evidence: 0,
      }
      const isAnotherToken = refusal.token !== token
      const hadRefused = refusal.isRemembered()
      refusal.token = token
      if (isAnotherToken) refusal.evidence += weight
      resources.delete(resource)
      resources.set(resource, refusal)
      if (resources.size > MOST_RESOURCES) resources.delete([...resources.keys()][0] as string)
      if (isAnotherToken && weight && (hadRefused || refusal.evidence >= ENOUGH_EVIDENCE)) {
        refusal.start(false, lengthenAtRandom)
        // One resource may be forbidden. If another one refuses as well, all may.
        if (!hadRefused && ++refusals > 1 && token !== blamedToken) {
          blamedToken = token
          cooldown.start()
        }
      }
      return isAnotherToken || [...resources.keys()].some(hasRefused)
    },
    reset(): void {
      cooldown.reset()
      resources.clear()
      refusals = 0
    },
  }
}
