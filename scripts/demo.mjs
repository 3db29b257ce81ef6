// Installs and builds what the demo of the command-line tool (src/cli/demo.ts) needs, and starts it. The
// demo uses your account if a CASPIO_* variable is set, and the stand-in account otherwise.
// Run: npm run demo
import { execSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']
const root = fileURLToPath(new URL('..', import.meta.url))
const inRoot = (...path) => join(root, ...path)

const isReady = isNodeNewEnough() && install() && build()
process.exitCode = isReady ? demo() : 1

function isNodeNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const isEnough = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
  if (!isEnough) {
    console.error(`The demo needs Node 20.19, 22.12 or newer; this is ${process.version}.`)
  }
  return isEnough
}

function install() {
  // With NODE_ENV=production, npm would not install the compiler without --include=dev.
  return isInstalled() || run('npm ci --include=dev', 'node_modules is missing or incomplete')
}

function build() {
  return isBuilt() || run('npm run build', 'dist is missing or older than src')
}

function demo() {
  const hasCredentials = VARIABLES.some((name) => process.env[name]?.trim())
  const args = hasCredentials ? ['demo', '--real'] : ['demo']
  const { status } = spawnSync(process.execPath, [inRoot('dist', 'cli', 'index.js'), ...args], {
    stdio: 'inherit',
  })
  return status ?? 1
}

function isInstalled() {
  // npm writes this file last.
  if (!existsSync(inRoot('node_modules', '.package-lock.json'))) return false
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'))
  return Object.entries(packages).every(
    ([path, { optional }]) => optional || existsSync(inRoot(path, 'package.json')),
  )
}

function isBuilt() {
  const built = ['index.js', 'testing/index.js', 'cli/index.js'].map((name) => inRoot('dist', name))
  if (!built.every(existsSync)) return false
  const sources = readdirSync(inRoot('src'), { recursive: true }).map((name) => inRoot('src', name))
  return Math.max(...sources.map(changedAt)) <= Math.min(...built.map(changedAt))
}

function changedAt(path) {
  return statSync(path).mtimeMs
}

/** Prints one line, and the command's output only if it fails. */
function run(command, reason) {
  console.log(`${reason}: ${command} …`)
  try {
    execSync(command, { cwd: root, stdio: 'pipe', env: withoutCredentials() })
    return true
  } catch ({ stdout = '', stderr = '' }) {
    console.error(`${stdout}${stderr}\n${command} failed.`)
    return false
  }
}

/** Install scripts of packages must not see the credentials. */
function withoutCredentials() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('CASPIO_')),
  )
}
