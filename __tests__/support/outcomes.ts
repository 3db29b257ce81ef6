import { witness } from './hygiene.js'

/** What a promise was rejected with. The check for secrets gets it, too. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at any property of it
export async function rejectionOf(promise: Promise<unknown>): Promise<any> {
  try {
    await promise
  } catch (error) {
    return witness(error)
  }
  throw new Error('the promise was not rejected')
}

/** What a function threw. The check for secrets gets it, too. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at any property of it
export function thrownBy(act: () => unknown): any {
  try {
    act()
  } catch (error) {
    return witness(error)
  }
  throw new Error('nothing was thrown')
}

/** How each promise settled. The check for secrets gets the errors, too. */
export async function outcomesOf<T>(promises: Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const outcomes = await Promise.allSettled(promises)
  for (const outcome of outcomes) if (outcome.status === 'rejected') witness(outcome.reason)
  return outcomes
}
