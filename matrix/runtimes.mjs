import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)

/** The Node that runs this. */
export const THIS_NODE = node(process.versions.node, process.execPath)

/**
 * The runtimes without a page, pinned in package.json. `command` precedes the file in the command line. It
 * is missing if the runtime is not installed.
 */
export function serverRuntimes() {
  return [
    // The lowest that package.json allows, and the newest of each line.
    ...['20-19', 20, '22-12', 22, 24, 26].map(pinnedNode),
    pinned('Bun', '@oven/bun-linux-x64-baseline', 'bin/bun', ['run']),
    // Otherwise Deno would install different node_modules.
    pinned('Deno', '@deno/linux-x64-glibc', 'deno', ['run', '-A', '--node-modules-dir=manual']),
  ]
}

/** Miniflare needs a newer Node than we do. */
export function pinnedNode(line) {
  return { ...pinned('Node', `node-${line}`, 'bin/node'), name: `Node ${line}` }
}

function node(version, path) {
  return { name: `Node ${version.split('.')[0]}`, version, command: [path] }
}

function pinned(name, packageName, path, args = []) {
  try {
    const manifest = require.resolve(`${packageName}/package.json`)
    const { version } = require(manifest)
    // Some of Node's packages write v20.19.0.
    return {
      name,
      version: version.replace(/^v/, ''),
      command: [join(dirname(manifest), path), ...args],
    }
  } catch {
    return { name }
  }
}
