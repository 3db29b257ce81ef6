import { vi } from 'vitest'

// On a busy machine an event can take longer than vitest's second.
const { waitFor, waitUntil } = vi
const patient = { timeout: 10_000, interval: 10 }
vi.waitFor = (callback, options) => waitFor(callback, { ...patient, ...Object(options) })
vi.waitUntil = (callback, options) => waitUntil(callback, { ...patient, ...Object(options) })
