import { vi } from 'vitest'
import { checkEveryTest } from './hygiene.js'

// In the project's tests, time limits obey fake timers.
vi.mock('../../src/lib/real-timers.js', () => {
  type Callback = () => void
  return {
    setTimeout: (fire: Callback, ms: number) => setTimeout(fire, ms),
    clearTimeout: (timer?: NodeJS.Timeout) => clearTimeout(timer),
  }
})

// On a busy machine an event can take longer than vitest's second.
const { waitFor, waitUntil } = vi
const patient = { timeout: 10_000, interval: 10 }
vi.waitFor = (callback, options) => waitFor(callback, { ...patient, ...Object(options) })
vi.waitUntil = (callback, options) => waitUntil(callback, { ...patient, ...Object(options) })

checkEveryTest()
