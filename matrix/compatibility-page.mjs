import { labelOf } from './cells.mjs'
import { createFootnotes, table } from './markdown.mjs'
import { failuresOf, isRed, NOT_HERE } from './verdict.mjs'

const WHAT_IS_CHECKED = {
  'cold herd': '200 requests at once cost one token request, and all are answered.',
  'revoked herd': 'The same when the token in hand was revoked: one more token request.',
  'JSON POST': 'After a rejection the record is sent again, the same bytes with the same type.',
  stream: "After a rejection an answer of 450 kB is read to its end, as `responseType: 'stream'`.",
  'foreign origin': 'A request for another origin carries no token, nor does a preflight name one.',
  redirect: 'A redirect to another origin is followed, and carries no token.',
  'wrong secret':
    'The error is a `CaspioAuthError` and shows the secret nowhere. In the browser: the broker refuses.',
  interceptors: 'Through a recovery interceptors and transforms run once.',
}
const CHECKS = Object.keys(WHAT_IS_CHECKED)
const ADAPTERS = ['http', 'fetch', 'http2', 'xhr']

/** docs/compatibility.md: made of what all cells came to, and nothing that differs from run to run. */
export function compatibilityPage(results, axios, versions) {
  const footnotes = createFootnotes()
  const newest = axios.claimed.at(-1)
  const failed = results.filter(isRed).length

  return `# Compatibility

Written by \`npm run matrix\`, not by hand, on ${process.platform} ${process.arch}. ${results.length} cells: in each the packed package is installed by npm,
and talks to real servers on loopback.${failed > 0 ? ` **${failed} of them failed.**` : ''}

${versionsList(results, axios, versions)}

## What is checked

${table(['check', ''], Object.entries(WHAT_IS_CHECKED))}

In the browser the page is of one origin, which also hands out the tokens, and the API of another. \`http2\` is the \`http\` adapter with
\`httpVersion: 2\`, over TLS. **–**: there is no such thing: no streams with \`xhr\`, and axios follows no redirect over HTTP/2.

## Runtimes, with axios ${newest}

${runtimesTable(
  results.filter(({ cell }) => cell.axios === newest && !cell.told?.isSpread),
  footnotes,
)}

## A worker, with a handler for each request

The instance is made once, and serves all handlers.

${table(
  ['check', ''],
  results
    .filter(({ cell }) => cell.told?.isSpread)
    .flatMap((result) =>
      Object.keys(result.outcomes).map((check) => [check, markOf(result, check, footnotes)]),
    ),
)}

## Versions of axios

All checks, on all runtimes above. The versions in brackets are below the range \`${axios.range}\`, and nothing is claimed of them: run on Node 24,
Chromium (esbuild) and workerd, to see what becomes of them.

${versionsTable(
  results.filter(({ cell }) => !cell.told?.isVariant),
  axios,
  footnotes,
)}

${footnotes.text()}`
    .trimEnd()
    .concat('\n')
}

function versionsList(results, { claimed, below }, versions) {
  const runtimes = new Set(results.map(({ cell }) => labelOf(cell.runtime)))
  return [
    `- axios-caspio-auth ${versions.package}; axios ${claimed.join(', ')}, and ${below.join(', ')}`,
    `- ${[...runtimes].join(', ')}`,
    `- esbuild ${versions.esbuild}, Vite ${versions.vite}, Miniflare ${versions.miniflare}, playwright-core ${versions.playwright}`,
  ].join('\n')
}

function runtimesTable(results, footnotes) {
  return table(
    ['runtime', 'module', 'adapter', ...CHECKS],
    results.map((result) => [
      labelOf(result.cell.runtime),
      result.cell.module,
      result.cell.adapter,
      ...CHECKS.map((check) => markOf(result, check, footnotes)),
    ]),
  )
}

function markOf(result, check, footnotes) {
  const outcome = result.outcomes[check]
  if (outcome === 'ok') return 'ok'
  if (outcome === NOT_HERE) return '–'
  const failures = failuresOf(result)
  // Without an outcome the cell did not run at all, which is the one failure that it has.
  const { why, reason } = failures.find((failure) => failure.check === check) ?? failures[0]
  return `**no**${footnotes.mark(why ?? steady(reason))}`
}

function versionsTable(results, { claimed, below }, footnotes) {
  const rowOf = (version) =>
    ADAPTERS.map((adapter) =>
      verdictOn(
        results.filter(({ cell }) => cell.axios === version && cell.adapter === adapter),
        footnotes,
      ),
    )
  return table(
    ['axios', ...ADAPTERS.map((adapter) => `\`${adapter}\``)],
    [
      ...below.map((version) => [`(${version})`, ...rowOf(version)]),
      ...claimed.map((version) => [version, ...rowOf(version)]),
    ],
  )
}

/** `ok`, or what fails and where, by its reason. */
function verdictOn(results, footnotes) {
  const failures = results.flatMap((result) =>
    failuresOf(result).map(({ check, reason, why }) => ({
      check,
      text: why ?? steady(reason),
      result,
    })),
  )
  if (failures.length === 0) return 'ok'
  const verdicts = [...new Set(failures.map(({ text }) => text))].map((text) => {
    const those = failures.filter((failure) => failure.text === text)
    const checks = [...new Set(those.map(({ check }) => check))]
    const what = checks.length === CHECKS.length ? 'all' : checks.join(', ')
    const places = placesOf(those.map(({ result }) => result))
    const where = places.length < placesOf(results).length ? ` (${places.join(', ')})` : ''
    return `**fails: ${what}**${where}${footnotes.mark(text)}`
  })
  return verdicts.join('; ')
}

function placesOf(results) {
  return [...new Set(results.map(({ cell }) => `${labelOf(cell.runtime)} ${cell.module}`))]
}

/** Less what differs from run to run. */
function steady(reason) {
  return reason
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/(\/[\w.-]+){2,}/g, '…')
}
