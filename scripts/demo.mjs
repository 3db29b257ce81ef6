// Prepares what examples/demo.mjs needs, and starts it. Run: npm run demo
import { execSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const inRoot = (...path) => join(root, ...path)

const isReady = isNodeNewEnough() && install() && build()
if (isReady) await import('../examples/demo.mjs')
else process.exitCode = 1

function isNodeNewEnough() {
  const isEnough = Number.parseInt(process.versions.node, 10) >= 20
  if (!isEnough) console.error(`The demo needs Node 20 or newer; this is ${process.version}.`)
  return isEnough
}

function install() {
  // Without --include=dev, NODE_ENV=production would leave out the compiler.
  return isInstalled() || run('npm ci --include=dev', 'node_modules is missing or incomplete')
}

function build() {
  return isBuilt() || run('npm run build', 'dist is missing or older than src')
}

function isInstalled() {
  // npm writes this file when everything else is in place.
  if (!existsSync(inRoot('node_modules', '.package-lock.json'))) return false
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'))
  return Object.entries(packages).every(
    ([path, { optional }]) => optional || existsSync(inRoot(path, 'package.json')),
  )
}

function isBuilt() {
  const built = ['index.js', 'testing.js'].map((name) => inRoot('dist', name))
  if (!built.every(existsSync)) return false
  const sources = readdirSync(inRoot('src'), { recursive: true }).map((name) => inRoot('src', name))
  return Math.max(...sources.map(changedAt)) <= Math.min(...built.map(changedAt))
}

function changedAt(path) {
  return statSync(path).mtimeMs
}

/** Says what it does in one line; more only if it fails. */
function run(command, why) {
  console.log(`${why}: ${command} …`)
  try {
    execSync(command, { cwd: root, stdio: 'pipe', env: withoutCredentials() })
    return true
  } catch ({ stdout = '', stderr = '' }) {
    console.error(`${stdout}${stderr}\n${command} failed.`)
    return false
  }
}

/** What packages run while they are installed has no business with them. */
function withoutCredentials() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('CASPIO_')),
  )
}
