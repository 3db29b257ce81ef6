import { hasAdapter } from './axios-versions.mjs'
import { labelOf } from './cells.mjs'
import { createFootnotes, table } from './markdown.mjs'
import { failuresOf, hasUnexpectedFailure, NOT_APPLICABLE } from './verdict.mjs'

const REQUIREMENTS = {
  'cold start': '200 requests at once cause one token request, and all are answered.',
  'revoked token': 'The same after the token was revoked, with one more token request.',
  'JSON POST': 'After a 401, the record is resent with the same bytes and content type.',
  stream: "After a 401, an answer of 450 kB is read to its end, with `responseType: 'stream'`.",
  'foreign origin':
    'A request to another origin carries no token, and its preflight request does not announce one.',
  redirect: 'A redirect to another origin is followed without the token.',
  'wrong secret':
    'The error is a `CaspioAuthError` and contains no secret. In the browser, the token broker returns no token.',
  interceptors: 'Interceptors and transforms run once during a recovery.',
}
const CHECKS = Object.keys(REQUIREMENTS)
const ADAPTERS = ['http', 'fetch', 'http2', 'xhr']

const OLD_AXIOS = `## Older axios

The table above shows what was checked. This table lists what else differs between versions of axios.

| before | what is different |
| --- | --- |
| 1.17 | The tunnel that axios opens if \`proxy\` is set ignores the \`ca\` of your \`httpsAgent\`. |
| 1.16.1 | **The option \`proxy\` sends requests for https URLs to the proxy unencrypted, tokens and the client secret included.** So do the variables \`HTTPS_PROXY\` and \`https_proxy\`. Set \`proxy: false\` and an agent of the package \`https-proxy-agent\`. |
| 1.16 | If axios creates an error before it sends the request, or after it has the answer (a transform fails, or you abort), its \`toJSON()\` is not redacted: it can contain the access token. The same is true of an error that an adapter froze. The plugin redacts all others. |
| 1.16 | With the fetch adapter, the answer of the token endpoint may be longer than 1 MB. |
| 1.16 | If another package pollutes \`Object.prototype\`, more property names make requests fail. No secret leaks. |
| 1.13 | There is no HTTP/2. |
| 1.8.3 | A request with \`allowAbsoluteUrls: false\` and an absolute URL gets no token, because some adapters ignore this option. |
| 1.7 | There is no fetch adapter, so axios does not run in Cloudflare Workers. |
| 1.6.6 | \`beforeRedirect\` gets no second argument. |
`

/** The text of docs/compatibility.md. It contains nothing that differs from run to run. */
export function compatibilityPage(results, axios, versions, installs) {
  const footnotes = createFootnotes()
  const newest = axios.versions.at(-1)
  const failed = results.filter(hasUnexpectedFailure).length

  return `# Compatibility

\`npm run matrix\` wrote this page on ${process.platform} ${process.arch}, after a run of ${results.length} cells. A cell is a runtime with a version of
axios, a module format and an adapter. In each cell, npm installs the packed package, and a client sends requests to
real servers on loopback.${failed > 0 ? ` **${failed} of them failed.**` : ''}

${versionsList(results, axios, versions)}

## What is checked

${table(['check', 'what must happen'], Object.entries(REQUIREMENTS))}

- In the browser, the page and the token broker have one origin, and the API has another.
- \`http2\` is the \`http\` adapter with \`httpVersion: 2\`, over TLS.
- **–** means that the check does not apply: \`xhr\` has no streams, and axios follows no redirects over HTTP/2.

## Runtimes, with axios ${newest}

${runtimesTable(
  results.filter(({ cell }) => cell.axios === newest && !cell.worker?.hasHandlerPerRequest),
  footnotes,
)}

## A worker with one handler per request

The worker creates the axios instance once, and all handlers use it.

${table(
  ['check', 'result'],
  results
    .filter(({ cell }) => cell.worker?.hasHandlerPerRequest)
    .flatMap((result) =>
      Object.keys(result.outcomes).map((check) => [check, markOf(result, check, footnotes)]),
    ),
)}

## Versions of axios

The supported range is \`${axios.range}\`. This table summarises all checks. The oldest and the newest axios ran on all
runtimes above, the others on Node 24, Chromium (esbuild) and workerd. **–** means that this axios does not have the
adapter.

${versionsTable(
  results.filter(({ cell }) => !cell.worker?.isVariant),
  axios,
  footnotes,
)}

${OLD_AXIOS}
## Installing it with npm

\`${axios.range}\` is a peer dependency. npm installed the package into projects that had these versions of axios:

${installTable(installs)}

- \`npm install axios-caspio-auth\` does not change an axios that is in the range. If the command names axios, npm
  raises the locked version to the newest that \`package.json\` allows.
- With an older axios, npm reports \`ERESOLVE\` and installs nothing. Run \`npm install axios@^1.6.0\` first. If you force
  the installation, \`attachCaspioAuth\` throws \`ERR_CASPIO_CONFIG\`, with a message that axios is too old.

${footnotes.text()}`
    .trimEnd()
    .concat('\n')
}

function versionsList(results, axios, versions) {
  const runtimes = new Set(results.map(({ cell }) => labelOf(cell.runtime)))
  return [
    `- axios-caspio-auth ${versions.package}; axios ${axios.versions.join(', ')}`,
    `- ${[...runtimes].join(', ')}`,
    `- esbuild ${versions.esbuild}, Vite ${versions.vite}, Miniflare ${versions.miniflare}, playwright-core ${versions.playwright}`,
  ].join('\n')
}

function installTable(installs) {
  return table(
    ['axios in the project', 'command', 'result', 'axios afterwards'],
    installs.map(({ range, locked, command, problem, axios }) => [
      range ? `\`${range}\`${locked ? `, locked at ${locked}` : ''}` : 'none',
      `\`${command}\``,
      problem ? `\`${problem}\`` : 'installed',
      axios ?? 'none',
    ]),
  )
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
  if (outcome === NOT_APPLICABLE) return '–'
  const failures = failuresOf(result)
  // A cell without this outcome did not start, which is its only failure.
  const { why, reason } = failures.find((failure) => failure.check === check) ?? failures[0]
  return `**no**${footnotes.mark(why ?? withoutVaryingParts(reason))}`
}

function versionsTable(results, { versions }, footnotes) {
  const rowOf = (version) =>
    ADAPTERS.map((adapter) =>
      hasAdapter(version, adapter)
        ? verdictOn(
            results.filter(({ cell }) => cell.axios === version && cell.adapter === adapter),
            footnotes,
          )
        : '–',
    )
  return table(
    ['axios', ...ADAPTERS.map((adapter) => `\`${adapter}\``)],
    versions.map((version) => [version, ...rowOf(version)]),
  )
}

/** `ok`, or what fails where, with a footnote for each reason. */
function verdictOn(results, footnotes) {
  const failures = results.flatMap((result) =>
    failuresOf(result).map(({ check, reason, why }) => ({
      check,
      text: why ?? withoutVaryingParts(reason),
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

/** Removes what differs from run to run. */
function withoutVaryingParts(reason) {
  return reason
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/(\/[\w.-]+){2,}/g, '…')
}
