import { formatCell, formatNumber } from './format.mjs'
import { bestOf } from './standing.mjs'
import { lostRows, percent } from './verdict.mjs'

/** The text of docs/compare.md. */
export function writePage({
  contestants,
  behaviours,
  costs,
  targets,
  versions,
  baseline,
  isQuick,
}) {
  const results = [...behaviours, ...costs]
  const { node, cores, axios } = versions
  return `# The plugin compared with its peers

\`npm run compare\` measures everything on this page in one run, with pinned versions: Node ${node}, axios ${axios},
${cores} cores. The stand-in account of \`axios-caspio-auth/testing\` answers in Caspio's place, over real HTTP. A token lives 24 hours,
and the clock is simulated. Requests are counted at the server. Each count is taken three times and must be the same
each time.
${isQuick ? '\n**This was a quick run. Its counts are reliable; its times, heap sizes and targets are not.**\n' : ''}
![Some of the rows as a chart](compare.svg)

- In rows with numbers, less is better. The best value of each row is bold.
- A number in brackets does not compete, because the contestant did not do the job. For example, a contestant that never
  gets another token makes few token requests.
- "—" means that the row does not apply: no request succeeded, or the row is about axios and the contestant does not use
  it.

## Behaviour

${table('behaviour', contestants, behaviours)}

- \`recovered\`: the request was resent with a new token and a complete body.
- \`refused\`: the caller gets the 401.
- \`damaged\`: the request was resent with an incomplete body.

## Costs

${table('cost', contestants, costs)}

- The cost of the HTTP client (axios, \`fetch\`, Azure's pipeline) is not counted. Each contestant is compared with its HTTP
  client alone, in the same rounds and after a warm-up. So the figures are those of a service that has run for a while.
- Over loopback, the HTTP client alone sends the same token, and the account answers with twelve records. Ten processes
  measure each contestant, one at a time.
- ± is two standard errors. Smaller differences count as equal.${
    baseline
      ? `
- A request with axios alone took ${formatNumber(baseline.stubbed, 1)} µs with a stubbed adapter, and ${formatNumber(baseline.loopback)} µs over loopback.`
      : ''
  }
${targets.length > 0 ? targetTable(targets) : ''}
## Where a peer is better

${losses(results)}

## How each contestant is used

${contestants.map((one) => usage(one, versions)).join('\n')}
`
}

function table(head, contestants, results) {
  const titles = contestants.map(({ title }) => title)
  return [
    line([head, ...titles]),
    line(['---', ...titles.map(() => '---:')]),
    ...results.map(({ row, cells }) => {
      const best = bestOf(row, cells)
      const name = row.unit ? `${row.name}, ${row.unit}` : row.name
      return line([
        name,
        ...contestants.map(({ id }) => {
          const text = formatCell(row, cells[id] ?? {})
          return best.includes(id) ? `**${text}**` : text
        }),
      ])
    }),
  ].join('\n')
}

function targetTable(targets) {
  return `
| target | at most | measured | result |
| --- | ---: | ---: | --- |
${targets
  .map(({ name, limit, measured, isHeld }) =>
    line([name, percent(limit), percent(measured), isHeld ? 'held' : 'missed']),
  )
  .join('\n')}
`
}

function losses(results) {
  const lost = lostRows(results)
  if (lost.length === 0) return 'Nowhere.'
  return lost.map(({ row }) => `- ${row.name}. ${row.why ?? ''}`).join('\n')
}

function usage({ title, package: name, usage: text }, { packages }) {
  return `- **${title}**${name ? ` (\`${name}\` ${packages[name]})` : ''}: ${text}`
}

function line(cells) {
  return `| ${cells.join(' | ')} |`
}
