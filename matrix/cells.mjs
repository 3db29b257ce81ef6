import { OWN_NODE, serverRuntimes } from './runtimes.mjs'

const ENTRIES = { ESM: 'entry.mjs', CJS: 'entry.cjs' }
const SERVER_ADAPTERS = ['http', 'fetch', 'http2']
const COMPATIBILITY_DATE = '2026-07-01'
// From the next day on, workerd drops the token where a redirect leads to another origin.
const OLD_COMPATIBILITY_DATE = '2025-08-31'

/** What needs nothing but this Node and the versions of axios. */
export function cheapCells({ claimed }) {
  return claimed.flatMap((axios) => serverCells([OWN_NODE], axios, ['http', 'fetch']))
}

/**
 * Every cell: its `runtime` with a version, its `module` system and what bundled it, its `adapter`,
 * its `axios`, and what the runner of its `kind` needs. `isBelow`: not claimed to work.
 *
 * @param axiosVersions as told by axios-versions.mjs
 * @param versions of Chromium and workerd
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
    workerCell(worker, newest, 'esbuild, a handler for each request', {
      isSpread: true,
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

function workerCell(runtime, axios, module, particulars) {
  const told = { compatibilityDate: COMPATIBILITY_DATE, ...particulars }
  return { kind: 'worker', runtime, module, adapter: 'fetch', axios, told }
}
