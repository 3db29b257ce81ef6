import { serverRuntimes, THIS_NODE } from './runtimes.mjs'

const ENTRIES = { ESM: 'entry.mjs', CJS: 'entry.cjs' }
const SERVER_ADAPTERS = ['http', 'fetch', 'http2']
const COMPATIBILITY_DATE = '2026-07-01'
// From the next day on, workerd removes the token if a redirect leads to another origin.
const OLD_COMPATIBILITY_DATE = '2025-08-31'

/** The cells that need only this Node and the versions of axios. */
export function cheapCells({ claimed }) {
  return claimed.flatMap((axios) => serverCells([THIS_NODE], axios, ['http', 'fetch']))
}

/**
 * All cells. Each has a `runtime` with its version, a `module` format or bundler, an `adapter`, a version
 * of `axios`, and what the runner of its `kind` needs. `isBelow`: below the range, not claimed to work.
 *
 * @param axiosVersions the result of `axiosVersions()`
 * @param versions the versions of Chromium and workerd
 */
export function allCells({ claimed, below }, { chromium, workerd }) {
  const servers = serverRuntimes()
  const browser = { name: 'Chromium', version: chromium }
  const worker = { name: 'workerd', version: workerd }
  const newest = claimed.at(-1)
  return [
    ...claimed.flatMap((axios) => [
      ...serverCells(servers, axios, SERVER_ADAPTERS),
      ...pageCells(browser, axios, ['esbuild', 'Vite']),
      workerCell(worker, axios, 'esbuild'),
    ]),
    workerCell(worker, newest, `esbuild, compatibility date ${OLD_COMPATIBILITY_DATE}`, {
      compatibilityDate: OLD_COMPATIBILITY_DATE,
      isVariant: true,
    }),
    workerCell(worker, newest, 'esbuild, one handler per request', {
      hasHandlerPerRequest: true,
      isVariant: true,
    }),
    ...below
      .flatMap((axios) => [
        ...serverCells(
          servers.filter(({ name }) => name === 'Node 24'),
          axios,
          SERVER_ADAPTERS,
        ),
        ...pageCells(browser, axios, ['esbuild']),
        workerCell(worker, axios, 'esbuild'),
      ])
      .map((cell) => ({ ...cell, isBelow: true })),
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
      adapters.map((adapter) => ({ kind: 'server', runtime, module, adapter, axios, entry })),
    ),
  )
}

function pageCells(runtime, axios, bundlers) {
  return bundlers.flatMap((module) =>
    ['xhr', 'fetch'].map((adapter) => ({ kind: 'page', runtime, module, adapter, axios })),
  )
}

function workerCell(runtime, axios, module, options) {
  const worker = { compatibilityDate: COMPATIBILITY_DATE, ...options }
  return { kind: 'worker', runtime, module, adapter: 'fetch', axios, worker }
}
