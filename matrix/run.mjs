import { accessSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { axiosVersions } from './axios-versions.mjs'
import { allCells, cheapCells, titleOf } from './cells.mjs'
import { compatibilityPage } from './compatibility-page.mjs'
import { inParallel } from './in-parallel.mjs'
import { installOutcomes } from './install-outcomes.mjs'
import { createProjects, packTarball } from './projects.mjs'
import { createRunners } from './runners.mjs'
import { installTools, toolVersions } from './tools.mjs'
import { failuresOf, hasUnexpectedFailure, unexpectedSuccesses, verdictOf } from './verdict.mjs'

const USAGE = `Usage: npm run matrix -- [--cheap] [--only <regex>] [--tarball <file>]

--cheap    run only on this version of Node, with a few versions of axios, as CI does
--only     run only the cells whose title matches
--tarball  use this packed package (default: build and pack it first)

A run of all cells writes docs/compatibility.md.`
const PAGE = new URL('../docs/compatibility.md', import.meta.url)

const { cheap: isCheap, only, tarball } = readArguments()
const folder = await mkdtemp(join(tmpdir(), 'axios-caspio-auth-matrix-'))
try {
  await runMatrix()
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function runMatrix() {
  if (!isCheap) await installTools()
  const axios = await axiosVersions()
  const packed = tarball ? resolve(tarball) : await packTarball(folder)
  const projectOf = createProjects(folder, packed)
  const runners = await createRunners(projectOf, axios.versions.at(-1), isCheap)
  const versions = { chromium: runners.chromium, ...toolVersions() }
  const cells = isCheap ? cheapCells(axios) : allCells(axios, versions)
  const chosen = cells.filter((cell) => new RegExp(only, 'i').test(titleOf(cell)))
  const results = await inParallel(chosen, Math.min(availableParallelism(), 4), async (cell) => {
    const result = await resultOf(cell, runners)
    print(result)
    return result
  }).finally(() => runners.close())

  const failed = results.filter(hasUnexpectedFailure)
  const skipped = results.filter((result) => result.skipped)
  console.log(`${results.length} cells, ${failed.length} failed, ${skipped.length} skipped`)
  // No results: --only matches no cell, which is probably a mistake.
  if (failed.length > 0 || results.length === 0) process.exitCode = 1
  if (isCheap || only) return
  if (skipped.length > 0)
    console.log('docs/compatibility.md was not written, because cells were skipped')
  else
    await writeFile(
      PAGE,
      compatibilityPage(results, axios, versions, await installOutcomes(folder, packed)),
    )
}

async function resultOf(cell, runners) {
  const skipped = runners.reasonToSkip(cell)
  if (skipped) return { cell, skipped }
  try {
    return { cell, outcomes: await runners.run(cell) }
  } catch (error) {
    return { cell, outcomes: { start: error.message.split('\n')[0] } }
  }
}

function print(result) {
  const { cell, skipped } = result
  console.log(`${titleOf(cell)}: ${verdictOf(result)}${skipped ? ` (${skipped})` : ''}`)
  for (const { check, reason, why } of failuresOf(result)) {
    console.log(`    ${check}: ${why ? 'known, see unsupported.mjs' : reason}`)
  }
  for (const check of unexpectedSuccesses(result)) {
    console.log(`    ${check}: works now, remove it from unsupported.mjs`)
  }
}

function readArguments() {
  const options = {
    cheap: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    tarball: { type: 'string' },
  }
  try {
    const { values } = parseArgs({ options })
    new RegExp(values.only)
    if (values.tarball) accessSync(values.tarball)
    return values
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`)
    process.exit(2)
  }
}
