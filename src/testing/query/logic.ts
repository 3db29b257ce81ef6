import type { Row } from './types.js'

/** Whether a row meets a condition. `null` is SQL's UNKNOWN, the result of comparing with NULL. */
export type Test = (row: Row) => boolean | null

export function every(tests: readonly Test[]): Test {
  return combine(tests, false)
}

export function some(tests: readonly Test[]): Test {
  return combine(tests, true)
}

export function not(test: Test): Test {
  return (row) => {
    const result = test(row)
    return result === null ? null : !result
  }
}

/** Runs the tests in order, up to the first result that decides. */
function combine(tests: readonly Test[], deciding: boolean): Test {
  return (row) => {
    let result: boolean | null = !deciding
    for (const test of tests) {
      const next = test(row)
      if (next === deciding) return deciding
      if (next === null) result = null
    }
    return result
  }
}
