import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'
import { bundlePage, bundleWorker } from './bundle.mjs'
import { createIdentity } from './identity.mjs'
import { errorLineOf, run } from './processes.mjs'
import { pinnedNode } from './runtimes.mjs'
import { startWorld } from './world.mjs'

const WORKER_HOST = fileURLToPath(new URL('worker-host.mjs', import.meta.url))
const HOW_TO_GET_CHROMIUM =
  'Chromium is missing: run apt-get install -y chromium, or set CHROME_PATH'

/**
 * Creates what runs the cells. A run resolves to the outcomes of the checks, and throws if the cell does
 * not start.
 *
 * @param projectOf resolves to the folder in which a version of axios is installed
 * @param newest the version of axios that the servers use
 */
export async function createRunners(projectOf, newest, isCheap) {
  const identity = isCheap ? undefined : await createIdentity()
  const browser = isCheap ? undefined : await startBrowser()
  const host = isCheap ? undefined : pinnedNode(24)
  const bundles = new Map()

  const runners = {
    async server({ adapter, axios, entry, runtime }) {
      const project = await projectOf(axios)
      const isHttp2 = adapter === 'http2'
      return inWorld(isHttp2 ? { identity } : {}, ({ settings }) =>
        runProgram([...runtime.command, entry], project, { world: settings, adapter }),
      )
    },

    async page({ adapter, axios, module }) {
      const pages = await bundled(bundlePage, axios, module)
      return inWorld({ pages }, ({ settings, site }) =>
        browser.run(site, { world: settings, adapter }),
      )
    },

    async worker({ adapter, axios, worker }) {
      const bundle = await bundled(bundleWorker, axios)
      return inWorld({}, ({ settings }) =>
        runProgram([...host.command, WORKER_HOST, bundle], undefined, {
          ...worker,
          world: settings,
          adapter,
        }),
      )
    },
  }

  return {
    chromium: browser?.version,
    run: (cell) => runners[cell.kind](cell),
    /** Why a cell cannot run on this machine, or undefined. */
    reasonToSkip({ kind, runtime }) {
      if (kind === 'page') return browser ? undefined : HOW_TO_GET_CHROMIUM
      const { command } = kind === 'worker' ? host : runtime
      return command ? undefined : 'not installed: its package is for linux x64'
    },
    close: () => browser?.close(),
  }

  /** Makes each bundle once, for all cells that use it. */
  async function bundled(build, axios, bundler) {
    const key = `${axios} ${bundler}`
    if (!bundles.has(key)) {
      bundles.set(
        key,
        projectOf(axios).then((project) => build(project, bundler)),
      )
    }
    return bundles.get(key)
  }

  async function inWorld(options, work) {
    const world = await startWorld(await projectOf(newest), options)
    try {
      return await work(world)
    } finally {
      await world.close()
    }
  }
}

async function runProgram([command, ...args], cwd, cell) {
  const env = { MATRIX_CELL: JSON.stringify(cell) }
  const { code, stdout, stderr } = await run(command, args, { cwd, env })
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1))
  } catch {
    throw new Error(`the program ended with ${code}: ${errorLineOf(stdout, stderr)}`)
  }
}
