// Runs the parts of the mutation tests that are named, or all of them, and prints a table of the results.
// Fails if the tests kill fewer than 92% of the mutants. With --last it prints the last results again.
// Run: npm run mutation [-- --last] [-- part ...]
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { PARTS } from '../stryker.config.mjs'

const WANTED_PERCENT = 92
const ALL = Object.keys(PARTS)
const reportOf = (part) => new URL(`../.stryker/${part}.json`, import.meta.url)

const args = process.argv.slice(2)
const isRun = !args.includes('--last')
const named = args.filter((arg) => arg !== '--last')
const unknown = named.filter((part) => !ALL.includes(part))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. The parts are ${ALL.join(', ')}.`)
  process.exit(1)
}

const parts = named.length > 0 ? named : ALL
if (isRun) parts.forEach(run)
const rows = parts.filter((part) => existsSync(reportOf(part))).map(countsOf)
if (rows.length === 0) {
  console.error('None of these parts has a result yet. Run them without --last.')
  process.exit(1)
}
const total = rows.reduce((sum, row) => {
  return Object.fromEntries(Object.entries(sum).map(([key, value]) => [key, value + row[key]]))
})
console.log(`
| part | mutants | killed | timed out | survived | not executed | score | minutes |
|---|---|---|---|---|---|---|---|`)
for (const row of [...rows, { ...total, part: 'total' }]) {
  const { part, killed, timedOut, survived, notExecuted, minutes } = row
  const cells = [part, mutantsOf(row), killed, timedOut, survived, notExecuted]
  console.log(`| ${cells.join(' | ')} | ${scoreOf(row).toFixed(1)}% | ${Math.ceil(minutes)} |`)
}
if (scoreOf(total) < WANTED_PERCENT) process.exitCode = 1

function run(part) {
  const start = Date.now()
  const { status } = spawnSync('npx', ['stryker', 'run'], {
    stdio: 'inherit',
    env: { ...process.env, PART: part },
  })
  if (status !== 0) process.exit(1)
  const report = JSON.parse(readFileSync(reportOf(part), 'utf8'))
  const minutes = (Date.now() - start) / 60_000
  writeFileSync(reportOf(part), JSON.stringify({ ...report, minutes }))
}

function countsOf(part) {
  const { files, minutes } = JSON.parse(readFileSync(reportOf(part), 'utf8'))
  const mutants = Object.values(files).flatMap((file) => file.mutants)
  const count = (kind) => mutants.filter((mutant) => kindOf(mutant) === kind).length
  return {
    part,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    notExecuted: count('NoCoverage'),
    minutes,
  }
}

function kindOf({ status, statusReason, testsCompleted }) {
  // A time limit can end a whole run, or one test.
  if (status === 'Killed' && /timed out in \d+ms/.test(statusReason)) return 'Timeout'
  // Stryker does not notice that no test file could be loaded.
  return status === 'Survived' && testsCompleted === 0 ? 'Killed' : status
}

function mutantsOf({ killed, timedOut, survived, notExecuted }) {
  return killed + timedOut + survived + notExecuted
}

function scoreOf(row) {
  return (100 * (row.killed + row.timedOut)) / mutantsOf(row)
}
