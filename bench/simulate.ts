/**
 * Simulates a fleet of processes with the real token source in simulated time. Counts token requests and
 * refresh tokens, with and without a token store, and with and without the refresh grant. With 10,000
 * processes and 60 days it writes the table of docs/fleet.md, with other numbers it only prints it.
 * Usage: npm run simulate [-- processes days]
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { simulate } from './simulate/fleet.js'

const SEED = 20_261_124
const STORES = ['none', 'without lock', 'with lock'] as const
const [processes = 10_000, days = 60] = process.argv.slice(2).map(Number)
const count = new Intl.NumberFormat('en')

const rows: string[] = []
for (const store of STORES) {
  for (const refreshes of [false, true]) {
    const { tokenRequests, liveRefreshTokens, deadTokens, requests } = await simulate(
      { processes, days, store, refreshes },
      SEED,
    )
    const [first = 0, ...rest] = tokenRequests
    const later = rest.reduce((sum, n) => sum + n, 0) / rest.length
    const shown = [1, 7, 30, days].map((day) => count.format(liveRefreshTokens[day - 1] ?? 0))
    rows.push(
      `| ${store} | ${refreshes ? 'yes' : 'no'} | ${count.format(first)} | ${count.format(Number(later.toFixed(2)))} | ${shown.join(' | ')} | ${count.format(deadTokens)} of ${count.format(requests)} |`,
    )
    console.log(rows.at(-1))
  }
}

const table = `| store | refresh grant | token requests, day 1 | a day, from day 2 on | live refresh tokens, day 1 | day 7 | day 30 | day ${days} | requests without a live token |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`
if (processes === 10_000 && days === 60) {
  const path = new URL('../docs/fleet.md', import.meta.url)
  const page = readFileSync(path, 'utf8')
  const marked = /(<!-- npm run simulate -->\n).*?(\n<!-- end -->)/s
  if (!marked.test(page)) throw new Error('docs/fleet.md has no place for the table')
  writeFileSync(path, page.replace(marked, `$1\n${table}\n$2`))
} else {
  console.log(`\n${table}`)
}
