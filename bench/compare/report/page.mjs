import { formatCell, formatNumber } from './format.mjs'
import { bestOf } from './standing.mjs'
import { lostRows, percent } from './verdict.mjs'

/** `docs/compare.md`. */
export function writePage({ contestants, behaviours, costs, targets, versions, bare, isQuick }) {
  const results = [...behaviours, ...costs]
  const { node, cores, axios } = versions
  return `# The plugin beside its peers

\`npm run compare\` measures what this page tells, all of it in one run and each with pinned versions: Node ${node},
axios ${axios}, ${cores} cores. The stand-in account of \`axios-caspio-auth/testing\` plays Caspio, on real HTTP; a token lives 24 hours,
which pass when told. Requests are counted at the server, three times, and must come out the same. Less is better wherever a row has numbers.
${isQuick ? '\n**This was a quick run. Its counts are good; its times, heaps and targets are no measurement.**\n' : ''}
![Some rows as a chart](compare.svg)

The best of each row is bold. A number in brackets belongs to who did not do the job that it is the price of: who never asks for another token
makes few token requests. "—" stands where a row makes no sense: nobody was served, or what has no axios has none of its interceptors and errors.

## Behaviour

${table(contestants, behaviours)}

\`recovered\`: sent again with a new token, whole. \`refused\`: the caller gets the 401. \`damaged\`: what was sent again was not whole.

## Costs

${table(contestants, costs)}

What a client (axios, \`fetch\`, Azure's pipeline) costs by itself is not counted: each is compared with its own bare client, in the same rounds; over loopback that one
sends the same token, the account answers with twelve records, and each was measured alone with its bare client, in ten processes, as users have one of them.
Each was warmed up before, as in a service that has run for a while.
± is two standard errors; what differs by less counts as equal.${
    bare
      ? `
A bare axios request took ${formatNumber(bare.stubbed, 1)} µs with a stubbed adapter, and ${formatNumber(bare.loopback)} µs over loopback.`
      : ''
  }
${targets.length > 0 ? targetTable(targets) : ''}
## Where a peer is better

${losses(results)}

## How each is used

${contestants.map((one) => usage(one, versions)).join('\n')}
`
}

function table(contestants, results) {
  const titles = contestants.map(({ title }) => title)
  return [
    line(['', ...titles]),
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
| target | at most | measured | |
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
