// Says whether the version in package.json can be released.
// Run: npm run release:check [-- version names …], with the checks to run; all of them by default
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path) => readFileSync(join(root, path), 'utf8')
const manifest = JSON.parse(read('package.json'))
const { version } = manifest

/** Each check returns the faults that it finds. */
const CHECKS = {
  git: ['Every change is committed', () => linesOf('git', ['status', '--porcelain'])],
  version: ['package-lock.json, CHANGELOG.md and SECURITY.md know the version', checkVersion],
  contents: ['The package holds every file that it needs, and no other', checkContents],
  publint: [
    'publint finds no fault',
    () => faultsOf('publint', ['run', '--strict', packed().path]),
  ],
  attw: ['Are the types wrong? finds no fault', () => faultsOf('attw', [packed().path])],
  workflow: ['The release workflow publishes with provenance', checkWorkflow],
  licences: ['No licence of a runtime dependency asks for a notice in the package', checkLicences],
  docs: ['docs/api is what npm run docs writes', checkDocs],
  links: [
    'Every link leads to a file and a heading',
    () => faultsOf('vitest', ['run', 'project/links']),
  ],
  names: ['No file names a path of a machine or the host of a registry', checkNames],
}

let archive
const folder = mkdtempSync(join(tmpdir(), 'release-check-'))
const chosen = process.argv.slice(2)
const checks = Object.entries(CHECKS).filter(([id]) => chosen.length === 0 || chosen.includes(id))
const failed = checks.filter(([, [name, check]]) => {
  const faults = check()
  console.log(`${faults.length === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  for (const fault of faults) console.log(`         ${fault}`)
  return faults.length > 0
})
rmSync(folder, { recursive: true })
console.log(
  failed.length === 0
    ? `Version ${version} can be released, by ${checks.length} checks.`
    : `Version ${version} cannot be released: ${failed.length} of ${checks.length} checks failed.`,
)
process.exitCode = failed.length === 0 ? 0 : 1

function run(command, args) {
  return execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: 'pipe' })
}

function linesOf(command, args) {
  return run(command, args).split('\n').filter(Boolean)
}

/** The last lines that a tool of node_modules prints if it fails. */
function faultsOf(tool, args) {
  try {
    run('npx', ['--no', '--', tool, ...args])
    return []
  } catch ({ stdout, stderr }) {
    return `${stdout}${stderr}`.trim().split('\n').slice(-12)
  }
}

function packed() {
  if (!archive) {
    run('npm', ['run', 'build'])
    const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
    const [{ filename, files }] = JSON.parse(run('npm', args))
    archive = { path: join(folder, filename), files: files.map(({ path }) => path) }
  }
  return archive
}

function checkVersion() {
  const faults = []
  if (!/^\d+\.\d+\.\d+$/.test(version)) faults.push(`package.json has ${version}`)
  const locked = JSON.parse(read('package-lock.json')).version
  if (locked !== version) faults.push(`package-lock.json has ${locked}`)
  const section = `## [${version}] - `
  if (!read('CHANGELOG.md').includes(section)) faults.push(`CHANGELOG.md has no ${section}(date)`)
  if (!read('SECURITY.md').includes(`${version.split('.')[0]}.x`)) {
    faults.push(`SECURITY.md does not say whether ${version.split('.')[0]}.x is supported`)
  }
  return faults
}

function checkContents() {
  const { files } = packed()
  const named = JSON.stringify([
    manifest.main,
    manifest.bin,
    manifest.exports,
    manifest.typesVersions,
  ])
  const needed = [...named.matchAll(/"\.?\/?(dist\/[^"]+)"/g)].map(([, path]) => path)
  const missing = [...needed, 'README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'].filter(
    (path) => !files.includes(path),
  )
  const wanted = /^(dist|docs|examples)\/|^(package\.json|LICENSE|[A-Z]+\.md)$/
  const strange = files.filter(
    (path) => !wanted.test(path) || /\.(map|env|log|tsbuildinfo)$/.test(path),
  )
  return [
    ...missing.map((path) => `${path} is missing`),
    ...strange.map((path) => `${path} is too much`),
  ]
}

function checkWorkflow() {
  const workflow = read('.github/workflows/publish.yml')
  const needed = ['permissions: {}', 'id-token: write', 'npm publish --provenance']
  const faults = needed.filter((text) => !workflow.includes(text)).map((text) => `no "${text}"`)
  const unpinned = [...workflow.matchAll(/uses: (\S+)/g)].filter(
    ([, use]) => !/@[\da-f]{40}$/.test(use),
  )
  return [...faults, ...unpinned.map(([, use]) => `${use} is not pinned to a commit`)]
}

// The package imports its dependencies and copies nothing of them, so their notices stay with them.
function checkLicences() {
  const licenceOf = (name) => JSON.parse(read(`node_modules/${name}/package.json`)).license
  return Object.keys(manifest.dependencies)
    .map((name) => `${name}: ${licenceOf(name)}`)
    .filter((licence) => !/: (MIT|ISC|Apache-2\.0|BSD-[23]-Clause)$/.test(licence))
}

function checkDocs() {
  const faults = faultsOf('typedoc', [])
  if (faults.length > 0) return faults
  return linesOf('git', ['status', '--porcelain', 'docs/api'])
}

function checkNames() {
  const patterns = [
    '(^|[^.\\w])/(home|Users|root|work)/',
    '[A-Z]:\\\\Users',
    'registry\\.(npmjs|yarnpkg)',
  ]
  const args = ['grep', '-nIE', patterns.join('|'), '--', ':!scripts/release-check.mjs']
  try {
    return linesOf('git', args).map((line) => line.slice(0, 100))
  } catch {
    // git grep fails if it finds nothing.
    return []
  }
}
