/** The names of the steps, in their order. */
export const STEPS = ['values', 'host', 'client', 'token', 'v3', 'v4'] as const

/** The outcome of one step. */
export interface Step {
  readonly name: (typeof STEPS)[number]
  readonly ok: boolean
  readonly message: string
  /** What to do, or what to know. */
  readonly advice: readonly string[]
}

/** The calls that Caspio received and bills, and the refresh tokens that it issued. */
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
