import { vi } from 'vitest'
import { checkEveryTest } from './hygiene.js'
import './patience.js'

// In the project's tests, time limits obey fake timers.
vi.mock('../../src/lib/real-timers.js', () => {
  type Callback = () => void
  return {
    setTimeout: (fire: Callback, ms: number) => setTimeout(fire, ms),
    clearTimeout: (timer?: NodeJS.Timeout) => clearTimeout(timer),
  }
})

checkEveryTest()
