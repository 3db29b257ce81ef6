import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'
import type { CaspioAuthOptions, CaspioCredentials } from '../../src/index.js'
import type { CaspioAccount } from '../../src/testing/index.js'

export type StoreKind = 'redis' | 'ioredis' | 'keyv-redis' | 'keyv-postgres' | 'keyv-sqlite'

export interface FleetStore {
  readonly kind: StoreKind
  readonly url: string
}

export interface FleetSetup {
  readonly credentials: CaspioCredentials
  readonly apiURL: string
  readonly store: FleetStore
  readonly options: CaspioAuthOptions
}

/** The number of requests, sent one after the other, and the pause after each in ms. */
export interface FleetOrder {
  readonly requests: number
  readonly pause: number
}

/** The results of one order. */
export interface FleetReport {
  readonly statuses: (number | string)[]
  /** The duration of the slowest request, in ms. */
  slowest: number
  /** How often each event was emitted. */
  readonly events: Record<string, number>
  /** The access token at the end. */
  token: string
}

export interface FleetProcess {
  readonly child: ChildProcess
  send(order: FleetOrder): Promise<FleetReport>
}

// Some of the packages are CommonJS.
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"

let worker: Promise<string> | undefined

/**
 * Bundles a program of this folder, and resolves to the path. Bundle it once: compiling it in each
 * process would take longer than the test itself.
 */
export async function bundleWorker(name: string): Promise<string> {
  const outfile = join(
    import.meta.dirname,
    `../../node_modules/.cache/axios-caspio-auth/${name}-${process.pid}.mjs`,
  )
  const axios = process.env.AXIOS
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Including the packages: then it loads in a third of the time.
    banner: { js: REQUIRE },
    external: ['libsql', 'pg-native'],
    ...(axios && { alias: { axios } }),
    logLevel: 'error',
  })
  return outfile
}

/** Starts real processes, each with the plugin and a token store. They end with the test. */
export async function startFleet(
  size: number,
  account: CaspioAccount,
  store: FleetStore,
  options: CaspioAuthOptions = {},
): Promise<FleetProcess[]> {
  worker ??= bundleWorker('fleet-worker')
  const path = await worker
  const setup: FleetSetup = {
    credentials: account.credentials,
    apiURL: `${account.url}/rest/v2`,
    store,
    options,
  }
  return Promise.all(
    Array.from({ length: size }, async () => {
      const child = fork(path, { execArgv: [] })
      onTestFinished(() => void child.kill('SIGKILL'))
      child.send(setup)
      await once(child, 'message')
      return {
        child,
        async send(order: FleetOrder) {
          child.send(order)
          const [report] = await once(child, 'message')
          return report as FleetReport
        },
      }
    }),
  )
}

/** Sends an order to all processes at once. */
export function sendAll(fleet: FleetProcess[], order: FleetOrder): Promise<FleetReport[]> {
  return Promise.all(fleet.map((member) => member.send(order)))
}

/** The different statuses in all reports. */
export function statusesOf(reports: FleetReport[]): (number | string)[] {
  return [...new Set(reports.flatMap(({ statuses }) => statuses))]
}

/** How often an event was emitted in the whole fleet. */
export function countOf(reports: FleetReport[], event: string): number {
  return reports.reduce((sum, { events }) => sum + (events[event] ?? 0), 0)
}

export function tokensOf(reports: FleetReport[]): Set<string> {
  return new Set(reports.map(({ token }) => token))
}
