import { spawn } from 'node:child_process'

// What npm, Node and a test runner put into the environment stays out, and so does a real account.
const KEPT_OUT = /^(npm_|node_|vitest|caspio_|.*_proxy$|force_color|no_color)/i

/** Runs a program to its end, or until it took `timeout` ms. */
export function run(command, args, { cwd, env = {}, timeout = 300_000 } = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !KEPT_OUT.test(name))
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    })
    const texts = { stdout: '', stderr: '' }
    for (const name of Object.keys(texts)) {
      child[name].setEncoding('utf8').on('data', (text) => {
        texts[name] += text
      })
    }
    child.on('error', (error) => resolve({ code: error.code, ...texts }))
    child.on('close', (code, signal) => resolve({ code: code ?? signal, ...texts }))
  })
}

/** What a program printed that must not fail. The first line of its error tells the most. */
export async function outputOf(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code === 0) return stdout
  const reason = lastWords(stdout, stderr)
  throw new Error(`${command} ${args[0]} ended with ${code}: ${reason}\n${stdout}\n${stderr}`)
}

/** The line that says why a program failed. */
export function lastWords(stdout, stderr) {
  const lines = (stderr || stdout).split('\n').filter((line) => line.trim())
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim()
}
