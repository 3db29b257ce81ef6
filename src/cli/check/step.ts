/** What is looked at, in this order. */
export const STEPS = ['values', 'host', 'client', 'token', 'v2', 'v3'] as const

/** How one step ended. */
export interface Step {
  readonly name: (typeof STEPS)[number]
  readonly ok: boolean
  readonly message: string
  /** What to do, or to know. */
  readonly advice: readonly string[]
}

/** What Caspio received, and bills; and the refresh tokens that were issued. */
export interface Calls {
  token: number
  api: number
  refreshTokens: number
}

export function passed(name: Step['name'], message: string, ...advice: string[]): Step {
  return { name, ok: true, message, advice }
}

export function failed(name: Step['name'], message: string, ...advice: string[]): Step {
  return { name, ok: false, message, advice }
}
