import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { environmentOf, outputOf } from './processes.mjs'
import { packTarball } from './projects.mjs'

// Builds a Next.js application, which caches Caspio's answers on disk, and starts it in production mode.
// Fails if a token gets into that cache, or a revoked token is not replaced.
// Usage: node matrix/next-cache.mjs [tarball]

const VERSIONS = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1', axios: '1.21.1' }
const APP = fileURLToPath(new URL('next', import.meta.url))

const folder = await mkdtemp(join(tmpdir(), 'axios-caspio-auth-next-'))
const problems = []
/** All access tokens that were used. */
const tokens = new Set()
let application
let account
try {
  await main()
} finally {
  application?.kill()
  await account?.close()
  await rm(folder, { recursive: true, force: true })
}
for (const problem of problems) console.log(`FAILED: ${problem}`)
if (problems.length > 0) process.exitCode = 1

async function main() {
  await install()
  const { startCaspioAccount } = await import(
    pathToFileURL(createRequire(join(folder, 'package.json')).resolve('axios-caspio-auth/testing'))
  )
  account = await startCaspioAccount()
  const { clientID, clientSecret, tokenEndpointURL } = account.credentials
  const env = {
    NEXT_TELEMETRY_DISABLED: '1',
    CASPIO_CLIENT_ID: clientID,
    CASPIO_CLIENT_SECRET: clientSecret,
    CASPIO_TOKEN_ENDPOINT_URL: tokenEndpointURL,
  }
  const next = join(folder, 'node_modules', 'next', 'dist', 'bin', 'next')
  await outputOf(process.execPath, [next, 'build'], { cwd: folder, env, timeout: 900_000 })
  const url = await start(next, env)
  for (const cache of ['force-cache', 'revalidate']) await check(cache, `${url}/records/${cache}`)
  await checkFiles(clientSecret)
}

async function install() {
  await cp(APP, folder, { recursive: true })
  const [, , given] = process.argv
  const tarball = given ? resolve(given) : await packTarball(folder)
  const dependencies = { ...VERSIONS, 'axios-caspio-auth': `file:${tarball}` }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  await outputOf('npm', ['install', ...flags], { cwd: folder })
}

/** Starts the application. Resolves to its URL. */
async function start(next, env) {
  application = spawn(process.execPath, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: folder,
    env: environmentOf(env),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  while (true) {
    const [chunk] = await once(application.stdout, 'data')
    output += chunk
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? []
    if (url) return url
  }
}

async function check(cache, route) {
  const records = async (query) => {
    const response = await fetch(`${route}?${query}`)
    return response.ok ? response.json() : `status ${response.status}`
  }
  account.log.clear()
  expect(await records('limit=1'), 1, `${cache}: records of the first call`)
  expect(await records('limit=1'), 1, `${cache}: records of the second call`)
  expect(account.log.api.length, 1, `${cache}: calls for two equal ones, the second from the cache`)
  account.revoke()
  expect(await records('limit=2'), 2, `${cache}: records after the token was revoked`)
  expect(account.log.token.length, 2, `${cache}: token requests`)
  expect(await records('limit=3&restart'), 3, `${cache}: records after a restart`)
  expect(account.log.token.length, 3, `${cache}: token requests with a restart`)
  for (const { headers } of account.log.api) tokens.add(headers.authorization.split(' ')[1])
}

/** Looks for secrets in everything that Next.js wrote. */
async function checkFiles(clientSecret) {
  const root = join(folder, '.next')
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const cached = entries.filter(({ parentPath }) => parentPath.endsWith('fetch-cache'))
  expect(cached.length > 0, true, 'the cache has files')
  for (const entry of entries.filter((one) => one.isFile())) {
    const text = readable(await readFile(join(entry.parentPath, entry.name), 'latin1'))
    const found = [clientSecret, ...tokens].some((secret) => text.includes(secret))
    const isAnswer = cached.includes(entry) && /access_token|refresh_token/.test(text)
    expect(found || isAnswer, false, `${entry.name} holds a token`)
  }
}

/** A text with the bodies of answers, which Next.js keeps in base64. */
function readable(text) {
  const bodies = [...text.matchAll(/"body":"([\w+/=]+)"/g)]
  return [text, ...bodies.map(([, body]) => atob(body))].join('\n')
}

function expect(value, expected, what) {
  if (value !== expected) problems.push(`${what}: ${value} instead of ${expected}`)
}
