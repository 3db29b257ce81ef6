import { afterAll, expect, vi } from 'vitest'
import { changesBetween, processState } from './process-state.js'

// Other test files run in this process: each must leave it as it found it.
const before = processState()
afterAll(() => {
  vi.restoreAllMocks()
  expect(changesBetween(before, processState())).toEqual([])
})
