import { defineConfig, type Options } from 'tsup'

const external = [/^node:/]
const common: Options = {
  target: 'es2022',
  platform: 'neutral',
  external,
  removeNodeProtocol: false,
  sourcemap: true,
  dts: true,
}
// A third less for Node to read and compile at each start; short lines, for stack traces.
const library: Options = {
  ...common,
  minify: true,
  esbuildOptions(options) {
    options.lineLimit = 80
  },
}
const entry = { index: 'src/index.ts', redis: 'src/redis.ts', testing: 'src/testing/index.ts' }
const auth = { auth: 'src/auth.ts' }

/** In CommonJS the engine is a file of its own, which most processes never need: read when they do. */
const lazyEngine: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'lazy-engine',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^axios-auth-refresh$/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace: 'lazy' },
    )
    onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
      contents: `export const createAuthRefresh = (...args) => require('${path}').createAuthRefresh(...args)`,
    }))
  },
}

/** The command-line tool imports the package's entries, from beside them in dist. */
const ownEntries: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'own-entries',
  setup({ onResolve }) {
    onResolve({ filter: /^(\.\.\/)+(index|auth|testing\/index)\.js$/ }, ({ path }) => ({
      path: path.replace(/^(\.\.\/)+/, './').replace('testing/index', 'testing'),
      external: true,
    }))
  },
}

export default defineConfig([
  {
    ...library,
    entry: { ...entry, ...auth },
    format: 'esm',
    // One file for an entry: each further one costs every start of Node a read.
    splitting: false,
    // Loaded when it is used. On its own, with copies of the little that it needs: bundlers would
    // cut what it shares with the entry out of the entry, to nobody's gain.
    external: [...external, './shared-tokens.js'],
    // Its ESM file is in a package without "type": "module", which Node before 20.19 and 22.7
    // cannot import. The CommonJS build requires it.
    noExternal: ['axios-auth-refresh'],
  },
  {
    ...library,
    entry: { 'shared-tokens': 'src/store/shared-tokens.ts' },
    format: 'esm',
    dts: false,
  },
  {
    ...library,
    entry,
    format: 'cjs',
    // For the plugin to see it.
    noExternal: ['axios-auth-refresh'],
    esbuildPlugins: [lazyEngine],
  },
  {
    ...library,
    entry: auth,
    format: 'cjs',
    // Gives the types an `export =`; for the code itself cjsInterop wants splitting, whose source
    // maps for CommonJS are empty.
    cjsInterop: true,
    footer: { js: 'module.exports = module.exports.default' },
  },
  {
    ...common,
    entry: { cli: 'src/cli/index.ts' },
    format: 'esm',
    platform: 'node',
    esbuildPlugins: [ownEntries],
    sourcemap: false,
    dts: false,
  },
])
