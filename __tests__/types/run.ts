// Checks the types with each supported TypeScript: `npm run types`, or `npm run types -- 5.0 7.0`.
// Installs the packed tarball and the compilers in a temporary project.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compile, RESOLUTIONS } from './compile.js'

const VERSIONS = '5.0.4 5.1.6 5.2.2 5.3.3 5.4.5 5.5.4 5.6.3 5.7.3 5.8.3 5.9.3 6.0.3 7.0.2'.split(
  ' ',
)

const requested = process.argv.slice(2)
const versions = VERSIONS.filter(
  (version) =>
    !requested.length || requested.some((start) => `${version}.`.startsWith(`${start}.`)),
)
const root = fileURLToPath(new URL('../..', import.meta.url))
const project = mkdtempSync(join(tmpdir(), 'types-'))
const npm = (cwd: string, ...args: string[]): string =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

let failed = 0
try {
  npm(root, 'run', 'build')
  const pack = npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', project)
  const [{ filename }] = JSON.parse(pack)
  writeFileSync(join(project, 'package.json'), '{ "private": true }')
  const alias = (version: string) => `typescript-${version}@npm:typescript@${version}`
  const packages = [`./${filename}`, 'axios', '@types/node@20', 'expect-type@1']
  npm(project, 'install', '--no-audit', '--no-fund', ...packages, ...versions.map(alias))
  for (const version of versions) {
    const typescript = join(project, 'node_modules', `typescript-${version}`)
    const results: string[] = []
    for (const [name, { since = 0, until = 99 }] of Object.entries(RESOLUTIONS)) {
      const release = Number.parseFloat(version)
      if (release < since || Math.floor(release) > until) continue
      const errors = await compile(project, name, typescript)
      results.push(`${errors ? 'NOT ' : ''}${name}`)
      if (!errors) continue
      failed++
      console.error(errors)
    }
    console.log(`TypeScript ${version}: ${results.join('; ')}`)
  }
} finally {
  rmSync(project, { recursive: true, force: true })
}
console.log(failed ? `${failed} failed` : 'all compile, including the libraries')
process.exitCode = failed ? 1 : 0
