import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare } from 'miniflare'
import { expect, expectTokenRequests, runChecks, tell } from './client/checks.js'

// Runs one cell in workerd, in a Node of its own. Usage:
// MATRIX_CELL=<JSON> node worker-host.mjs <the worker's bundle>
const cell = JSON.parse(process.env.MATRIX_CELL)
const contents = await readFile(process.argv[2], 'utf8')
const outcomes = cell.isSpread ? await runChecks(cell, acrossHandlers()) : await inOneHandler()
console.log(JSON.stringify(outcomes))

async function inOneHandler() {
  await using worker = startWorker()
  // Awaited here, or it would be disposed of before.
  return await worker.post('/', cell)
}

/** What a worker has and nobody else: what a handler began ends with it. */
function acrossHandlers() {
  return {
    async 'cold herd'() {
      await using worker = startWorker()
      await herd(worker)
      expectTokenRequests(1, cell, await tell(cell.world, 'seen'))
    },

    async 'revoked herd'() {
      await using worker = startWorker()
      await worker.post('/one', cell)
      await tell(cell.world, 'revoke')
      await herd(worker)
      expectTokenRequests(2, cell, await tell(cell.world, 'seen'))
    },

    async 'a handler that ends while it fetches the token'() {
      await using worker = startWorker()
      await tell(cell.world, 'slow')
      const options = { timeout: 2_000, retries: 0 }
      const { code } = await worker.post('/one', { ...cell, options, timeout: 300 })
      expect(code === 'ECONNABORTED', `the first handler got ${code}`)
      await tell(cell.world, 'reset')
      const end = performance.now() + cell.world.patience - 5_000
      while (performance.now() < end) {
        const later = worker.post('/one', cell).catch(() => {})
        const answer = await Promise.race([later, sleep(1_000)])
        if (answer?.records === 3) return
      }
      throw new Error('no later request is answered')
    },
  }
}

async function herd(worker) {
  const { herd } = cell.world
  const answers = await Promise.all(Array.from({ length: herd }, () => worker.post('/one', cell)))
  const right = answers.filter(({ records }) => records === 3).length
  expect(right === herd, `${right} of ${herd} answers are right`)
}

function startWorker() {
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }],
    compatibilityDate: cell.compatibilityDate,
    // Or it would be fetched from outside.
    cf: false,
  })
  return {
    async post(path, told) {
      const body = JSON.stringify(told)
      return (
        await miniflare.dispatchFetch(`http://worker${path}`, { method: 'POST', body })
      ).json()
    },
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  }
}
