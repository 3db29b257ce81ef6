import { hasAdapter } from './axios-versions.mjs'
import { serverRuntimes, THIS_NODE } from './runtimes.mjs'

const ENTRIES = { ESM: 'entry.mjs', CJS: 'entry.cjs' }
const SERVER_ADAPTERS = ['http', 'fetch', 'http2']
const COMPATIBILITY_DATE = '2026-07-01'
// From the next day on, workerd removes the token if a redirect leads to another origin.
const OLD_COMPATIBILITY_DATE = '2025-08-31'

// The first one of the range, and the first ones here with fetch and HTTP/2.
const CHEAP = ['1.6.0', '1.7.9', '1.13.2']

/** The cells that need only this Node and a few versions of axios. */
export function cheapCells({ versions }) {
  return [...CHEAP, versions.at(-1)].flatMap((axios) =>
    serverCells([THIS_NODE], axios, ['http', 'fetch']),
  )
}

/**
 * All cells. Each has a `runtime` with its version, a `module` format or bundler, an `adapter`, a version
 * of `axios`, and what the runner of its `kind` needs. The oldest and the newest axios run on all runtimes,
 * the others on one of each kind.
 *
 * @param axiosVersions the result of `axiosVersions()`
 * @param tools the versions of Chromium and workerd
 */
export function allCells({ versions }, { chromium, workerd }) {
  const servers = serverRuntimes()
  const browser = { name: 'Chromium', version: chromium }
  const worker = { name: 'workerd', version: workerd }
  const ends = [versions[0], versions.at(-1)]
  const newest = versions.at(-1)
  return [
    ...versions.flatMap((axios) => [
      ...serverCells(
        servers.filter(({ name }) => ends.includes(axios) || name === 'Node 24'),
        axios,
        SERVER_ADAPTERS,
      ),
      ...pageCells(browser, axios, ends.includes(axios) ? ['esbuild', 'Vite'] : ['esbuild']),
      ...(hasAdapter(axios, 'fetch') ? [workerCell(worker, axios, 'esbuild')] : []),
    ]),
    workerCell(worker, newest, `esbuild, compatibility date ${OLD_COMPATIBILITY_DATE}`, {
      compatibilityDate: OLD_COMPATIBILITY_DATE,
      isVariant: true,
    }),
    workerCell(worker, newest, 'esbuild, one handler per request', {
      hasHandlerPerRequest: true,
      isVariant: true,
    }),
  ]
}

export function titleOf({ runtime, module, axios, adapter }) {
  return `${labelOf(runtime)} | ${module} | axios ${axios} | ${adapter}`
}

export function labelOf({ name, version = '' }) {
  return name.startsWith('Node') ? `Node ${version || name.slice(5)}` : `${name} ${version}`.trim()
}

function serverCells(runtimes, axios, adapters) {
  return runtimes.flatMap((runtime) =>
    Object.entries(ENTRIES).flatMap(([module, entry]) =>
      adapters
        .filter((adapter) => hasAdapter(axios, adapter))
        .map((adapter) => ({ kind: 'server', runtime, module, adapter, axios, entry })),
    ),
  )
}

function pageCells(runtime, axios, bundlers) {
  return bundlers.flatMap((module) =>
    ['xhr', 'fetch']
      .filter((adapter) => hasAdapter(axios, adapter))
      .map((adapter) => ({ kind: 'page', runtime, module, adapter, axios })),
  )
}

function workerCell(runtime, axios, module, options) {
  const worker = { compatibilityDate: COMPATIBILITY_DATE, ...options }
  return { kind: 'worker', runtime, module, adapter: 'fetch', axios, worker }
}
