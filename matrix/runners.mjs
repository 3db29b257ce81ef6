import { fileURLToPath } from 'node:url'
import { startBrowser } from './browser.mjs'
import { bundlePage, bundleWorker } from './bundle.mjs'
import { createIdentity } from './identity.mjs'
import { lastWords, run } from './processes.mjs'
import { pinnedNode } from './runtimes.mjs'
import { startWorld } from './world.mjs'

const WORKER_HOST = fileURLToPath(new URL('worker-host.mjs', import.meta.url))
const HOW_TO_GET_CHROMIUM =
  'no Chromium: apt-get install -y chromium, or say where one is in CHROME_PATH'

/**
 * What runs cells, by their kind: each resolves to the outcomes of the checks, and throws where
 * there are none.
 *
 * @param projectOf resolves to the folder in which a version of axios is installed
 * @param newest the axios that the servers use
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
      return inWorld(isHttp2 ? { identity } : {}, ({ told }) =>
        runProgram([...runtime.command, entry], project, { world: told, adapter }),
      )
    },

    async page({ adapter, axios, module }) {
      const pages = await bundled(bundlePage, axios, module)
      return inWorld({ pages }, ({ told, site }) => browser.run(site, { world: told, adapter }))
    },

    async worker({ adapter, axios, told: particulars }) {
      const bundle = await bundled(bundleWorker, axios)
      return inWorld({}, ({ told }) =>
        runProgram([...host.command, WORKER_HOST, bundle], undefined, {
          ...particulars,
          world: told,
          adapter,
        }),
      )
    },
  }

  return {
    chromium: browser?.version,
    run: (cell) => runners[cell.kind](cell),
    /** Why a cell cannot be run on this machine, if so. */
    lacks({ kind, runtime }) {
      if (kind === 'page') return browser ? undefined : HOW_TO_GET_CHROMIUM
      const { command } = kind === 'worker' ? host : runtime
      return command ? undefined : 'not installed: its package is for linux x64'
    },
    close: () => browser?.close(),
  }

  /** Each of the bundles is made once, whatever the number of cells. */
  async function bundled(make, axios, bundler) {
    const key = `${axios} ${bundler}`
    if (!bundles.has(key)) {
      bundles.set(
        key,
        projectOf(axios).then((project) => make(project, bundler)),
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

async function runProgram([command, ...args], cwd, told) {
  const env = { MATRIX_CELL: JSON.stringify(told) }
  const { code, stdout, stderr } = await run(command, args, { cwd, env })
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1))
  } catch {
    throw new Error(`the program ended with ${code}: ${lastWords(stdout, stderr)}`)
  }
}
