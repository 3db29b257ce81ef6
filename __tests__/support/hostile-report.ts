import { ADAPTERS } from './axios-features.js'
import { type CellResult, COURSES, RESOURCE_STAGES, TOKEN_STAGES } from './hostile-cells.js'
import type { Fault } from './hostile-faults.js'

const INTRO = `# What happens to a request when the network fails

Tests write this page: \`npm run test:slow -- wire/faults\` sends requests through a proxy that
causes each fault at each stage. In CI the run fails if this page is not current.

- No request hangs. The plugin's \`timeout\` limits each token request, and the request's \`timeout\` limits
  what axios sends. (Once the headers have arrived, axios's http adapter waits as long as bytes keep coming.
  With that adapter, a *trickle mid-body* therefore ends in a late answer.)
- After every fault, requests succeed again as soon as the cooldown ends. The error's \`nextAttemptAt\` says when that is.
  \`getAccessToken({ renew: true })\` does not wait for it.

## How to read the tables

- **answer**: the caller gets the right answer.
- **text**: the caller gets the faulty body as text. The status is 200, so axios returns it as the data.
- **renewed**: the plugin got a new token.
- **\`ERR_CASPIO_…\`**: the caller gets a \`CaspioAuthError\` with this code.
- **any other code**: the caller gets the \`AxiosError\` that axios throws without the plugin.
  \`terminated\` is the message of an error that has no code.
- If the adapters differ, the outcome of \`http\` is before the \`/\`, and that of \`fetch\` after it.

The names of the faults say what the client sees. *reset* is a TCP RST; *closed* and *cut* are a FIN.
*mid-header* and *mid-body* mean halfway through the header or the body. *no length* is an answer without \`Content-Length\` that
ends when the connection ends. With *refused* (the port is closed) and *reset on arrival*, the account does
not receive the request. With all other faults it receives and executes the request.
`

const TOKEN_INTRO = `## Faults of the token endpoint

Each cell says what the caller gets, and in brackets how many HTTP requests the token endpoint got.

- **first token**: the first request waits for a token.
- **background renewal**: the token in hand is due for renewal. The caller's request is sent with it. After the
  comma is the outcome of the renewal. If it fails, the only sign is an event.
- **after a 401**: the token in hand was revoked, and the rejected request waits for another one.
- **once**: only the next answer is faulty. **lasting**: all following answers are faulty.
`

const RESOURCE_INTRO = `## Faults of a resource

One answer is faulty, and the token endpoint works. If the connection breaks, neither the plugin nor axios
sends the request again. The plugin resends only a request that was rejected with 401.

- **GET without the plugin**: for comparison.
- **GET**, **POST**: the answer to the first request is faulty.
- **GET, resent**, **POST, resent**: the answer to the resend after a 401 is faulty.
- **the 401 itself**: the answer that rejects the token is faulty. **the 401 as a stream**: the same with
  \`responseType: 'stream'\`.
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
        outcomesOf(
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
    outcomesOf(results.filter(({ cell }) => cell.fault === fault && cell.stage === stage)),
  )
  return [INTRO, TOKEN_INTRO, ...tokenTables, RESOURCE_INTRO, `${resourceTable}\n`].join('\n')
}

type CellOf = (fault: Fault, column: string) => string

/** The outcomes of both adapters, or one if they are equal. */
function outcomesOf(results: readonly CellResult[]): string {
  const words = ADAPTERS.map(
    (adapter) => results.find(({ cell }) => cell.adapter === adapter)?.outcome ?? '?',
  )
  return [...new Set(words)].join(' / ').replace(/\b[A-Z]+_\w+|\bE[A-Z]{4,}\b|terminated/g, '`$&`')
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}
