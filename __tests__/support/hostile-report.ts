import {
  ADAPTERS,
  type CellResult,
  COURSES,
  RESOURCE_STAGES,
  TOKEN_STAGES,
} from './hostile-cells.js'
import type { Fault } from './hostile-faults.js'

const INTRO = `# What becomes of a request when the network fails

Written by the tests, not by hand: \`npx vitest run __tests__/faults.test.ts\` runs every fault at every
stage through a hostile proxy and writes this file. In CI the run fails if the file is not what it
would write.

Nothing hangs: \`timeout\` bounds each attempt at the token endpoint, and the request's own \`timeout\`
bounds what axios sends. (Once the headers are there, axios's http adapter takes a byte now and then
for a sign of life: so a *trickle mid-body* ends in a late answer.) In every case the next request
succeeds when the fault is over: after the pause that the error announces (\`nextAttemptAt\`), or at
once after \`getAccessToken({ renew: true })\`.

## The words

- **answer**: the caller gets the right answer.
- **text**: the caller gets what came, as text: with the status 200 axios takes it for the data.
- **renewed**: a new token was taken into use.
- **\`ERR_CASPIO_…\`**: a \`CaspioAuthError\` with this code.
- **any other code**: the \`AxiosError\` that bare axios rejects with. \`terminated\` is the message of one
  that axios gives no code.
- Where the adapters differ, both outcomes stand, that of \`http\` first, that of \`fetch\` after the \`/\`.

The faults are named after what the client sees. *reset* is a TCP RST; *closed* and *cut* are a FIN.
*mid-header* and *mid-body* mean after half of it. *length untold* is an answer without
\`Content-Length\` that ends when the connection does. The request reaches the account, which does its
work, in all cases but *refused* (the port is closed) and *reset on arrival*.
`

const TOKEN_INTRO = `## The token endpoint's answer is spoilt

Each cell: what the caller gets, and in brackets how many HTTP requests the token endpoint was sent.

- **first token**: the first request of all waits for the token.
- **renewal ahead**: the token at hand is about to expire. The caller's request goes out with it, and
  what became of the renewal in the background stands after the comma (an error is an event only).
- **after a 401**: the token at hand was revoked, and the rejected request waits for another.
- **once**: the next answer is spoilt, and the one after it is right. **lasting**: all of them are.
`

const RESOURCE_INTRO = `## A resource's answer is spoilt

Once, and the token endpoint is well. A broken request is not sent again, neither by the plugin nor
by bare axios: only a rejected one (401) is.

- **GET by bare axios**: without the plugin, for comparison.
- **GET**, **POST**: the request's first sending. **resent**: its second, after a 401.
- **the 401 itself**: the answer that rejects the token is the one that is spoilt, read whole, or **as
  a stream** (\`responseType: 'stream'\`).
`

/** The text of docs/faults.md. */
export function reportOf(results: readonly CellResult[]): string {
  const faults = [...new Set(results.map(({ cell }) => cell.fault))]
  const table = (head: string, columns: readonly string[], cellOf: CellOf) =>
    [
      row([head, ...columns]),
      row([head, ...columns].map(() => '---')),
      ...faults.map((fault) => row([fault, ...columns.map((column) => cellOf(fault, column))])),
    ].join('\n')
  const tokenTables = TOKEN_STAGES.map(
    (stage) =>
      `### ${stage}\n\n${table('fault', COURSES, (fault, course) =>
        both(
          results.filter(
            ({ cell }) =>
              cell.fault === fault &&
              cell.stage === stage &&
              'course' in cell &&
              cell.course === course,
          ),
        ),
      )}\n`,
  )
  const resourceTable = table('fault', RESOURCE_STAGES, (fault, stage) =>
    both(results.filter(({ cell }) => cell.fault === fault && cell.stage === stage)),
  )
  return [INTRO, TOKEN_INTRO, ...tokenTables, RESOURCE_INTRO, `${resourceTable}\n`].join('\n')
}

type CellOf = (fault: Fault, column: string) => string

/** What both adapters made of it. */
function both(results: readonly CellResult[]): string {
  const words = ADAPTERS.map(
    (adapter) => results.find(({ cell }) => cell.adapter === adapter)?.outcome ?? '?',
  )
  return [...new Set(words)].join(' / ').replace(/\b[A-Z]+_\w+|\bE[A-Z]{4,}\b|terminated/g, '`$&`')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
