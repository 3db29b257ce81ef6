import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs a file of bench/compare in a separate process.
 *
 * @returns the message that the process sends
 * @throws Error with its output, if it fails or sends no message
 */
export function inChild(file, args) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  // Requests on loopback must not use a proxy.
  const env = { ...process.env, NO_PROXY: '*', no_proxy: '*' }
  const child = fork(path, args.map(String), { env, execArgv: [], silent: true })
  let output = ''
  let result
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  child.on('message', (message) => {
    result = message
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0 && result !== undefined) resolve(result)
      else reject(new Error(`${file} ${args.join(' ')} ended with ${code}\n${output}`))
    })
  })
}
