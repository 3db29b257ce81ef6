import { execFileSync, spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '../..')
const FILES = [
  'scripts',
  '.github',
  'package.json',
  'package-lock.json',
  'CHANGELOG.md',
  'SECURITY.md',
]
// Not in one piece: the check looks for such paths here, too.
const HOME_PATH = ['', 'home', 'anna'].join('/')
/** Those that build nothing. */
const QUICK = ['git', 'version', 'workflow', 'licences', 'names']

/** A copy of what these checks read, made ready for version 1.2.3. */
async function copyRepository() {
  const folder = await mkdtemp(join(tmpdir(), 'release-check-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const name of FILES) await cp(join(root, name), join(folder, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, '.gitignore'), 'node_modules\n')
  const edit = async (file: string, change: (text: string) => string) => {
    const path = join(folder, file)
    await writeFile(path, change(await readFile(path, 'utf8')))
  }
  const withVersion = (text: string) => JSON.stringify({ ...JSON.parse(text), version: '1.2.3' })
  await edit('package.json', withVersion)
  await edit('package-lock.json', withVersion)
  await edit('CHANGELOG.md', (text) => `${text}\n## [1.2.3] - 2030-01-31\n`)
  await edit('SECURITY.md', (text) => `${text}\n1.x\n`)
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder })
  git('init', '-q')
  git('add', '-A')
  git('-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '-qm', 'x')
  return { folder, edit }
}

function check(folder: string) {
  const args = ['scripts/release-check.mjs', ...QUICK]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  return { status, output: stdout }
}

it('release:check lets a version pass that is ready', async () => {
  const { folder } = await copyRepository()
  const { status, output } = check(folder)
  expect(output).not.toContain('FAILED')
  expect(output).toContain('Version 1.2.3 can be released')
  expect(status).toBe(0)
})

it.each([
  ['package.json', (text: string) => text.replace('1.2.3', '1.2.4'), 'package-lock.json has 1.2.3'],
  [
    'package.json',
    (text: string) => text.replace('1.2.3', '1.2.4'),
    'CHANGELOG.md has no ## [1.2.4]',
  ],
  [
    'SECURITY.md',
    (text: string) => text.replaceAll('1.x', ''),
    'SECURITY.md does not say whether 1.x',
  ],
  ['CHANGELOG.md', (text: string) => `${text}\nSee ${HOME_PATH}/notes.txt\n`, 'CHANGELOG.md:'],
  [
    '.github/workflows/publish.yml',
    (text: string) => text.replace('--provenance', ''),
    'no "npm publish --provenance"',
  ],
  [
    '.github/workflows/publish.yml',
    (text: string) => text.replace(/@[\da-f]{40}/, '@v5'),
    'is not pinned to a commit',
  ],
])('release:check names a fault in %s (%#)', async (file, change, fault) => {
  const { folder, edit } = await copyRepository()
  await edit(file, change)
  const { status, output } = check(folder)
  expect(output).toContain(fault)
  expect(output).toContain(`M ${file}`)
  expect(status).toBe(1)
})
