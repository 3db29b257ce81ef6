import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare } from 'miniflare'
import { control, expect, expectTokenRequests, runChecks } from './client/checks.js'

// Runs one cell in workerd. Usage: MATRIX_CELL=<JSON> node worker-host.mjs <the worker's bundle>
const cell = JSON.parse(process.env.MATRIX_CELL)
const contents = await readFile(process.argv[2], 'utf8')
const outcomes = cell.hasHandlerPerRequest
  ? await runChecks(cell, acrossHandlers())
  : await inOneHandler()
console.log(JSON.stringify(outcomes))

async function inOneHandler() {
  await using worker = startWorker()
  // Without await, the worker would be disposed too early.
  return await worker.post('/', cell)
}

/** In a worker, everything that a handler has started ends with the handler. */
function acrossHandlers() {
  return {
    async 'cold start'() {
      await using worker = startWorker()
      await sendBurst(worker)
      expectTokenRequests(1, cell, await control(cell.world, 'seen'))
    },

    async 'revoked token'() {
      await using worker = startWorker()
      await worker.post('/one', cell)
      await control(cell.world, 'revoke')
      await sendBurst(worker)
      expectTokenRequests(2, cell, await control(cell.world, 'seen'))
    },

    async 'handler ends during the token request'() {
      await using worker = startWorker()
      await control(cell.world, 'slow')
      const options = { timeout: 2_000, retries: 0 }
      const { code } = await worker.post('/one', { ...cell, options, timeout: 300 })
      expect(code === 'ECONNABORTED', `the first handler got ${code}`)
      await control(cell.world, 'reset')
      const end = performance.now() + cell.world.timeout - 5_000
      while (performance.now() < end) {
        const later = worker.post('/one', cell).catch(() => {})
        const answer = await Promise.race([later, sleep(1_000)])
        if (answer?.records === 3) return
      }
      throw new Error('no later request is answered')
    },
  }
}

async function sendBurst(worker) {
  const { burstSize: length } = cell.world
  const answers = await Promise.all(Array.from({ length }, () => worker.post('/one', cell)))
  const right = answers.filter(({ records }) => records === 3).length
  expect(right === length, `${right} of ${length} answers are right`)
}

function startWorker() {
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: cell.compatibilityDate,
    // Otherwise Miniflare fetches it from the internet.
    cf: false,
  })
  return {
    async post(path, value) {
      const body = JSON.stringify(value)
      return (
        await miniflare.dispatchFetch(`http://worker${path}`, { method: 'POST', body })
      ).json()
    },
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  }
}
