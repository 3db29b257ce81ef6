import { spawn } from 'node:child_process'

// Programs do not inherit the variables of npm, Node and a test runner, nor those of a real account.
const NOT_INHERITED = /^(npm_|node_|vitest|caspio_|.*_proxy$|force_color|no_color)/i

/** The environment of a program. */
export function environmentOf(env) {
  const inherited = Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name))
  return { ...Object.fromEntries(inherited), ...env }
}

/** Runs a program until it ends, or for at most `timeout` ms. */
export function run(command, args, { cwd, env = {}, timeout = 300_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: environmentOf(env),
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

/** Runs a program that must succeed, and returns its output. */
export async function outputOf(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code === 0) return stdout
  const reason = errorLineOf(stdout, stderr)
  throw new Error(`${command} ${args[0]} ended with ${code}: ${reason}\n${stdout}\n${stderr}`)
}

/** The line of the output that best says why a program failed. */
export function errorLineOf(stdout, stderr) {
  const lines = (stderr || stdout).split('\n').filter((line) => line.trim())
  return (lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no output').trim()
}
