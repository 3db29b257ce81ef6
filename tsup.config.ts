import { defineConfig, type Options } from 'tsup'

const auth = { auth: 'src/auth.ts' }
const others = {
  index: 'src/index.ts',
  redis: 'src/redis.ts',
  'metering/index': 'src/metering/index.ts',
  'testing/index': 'src/testing/index.ts',
}
// One file for each entry: each further file costs every start of Node about 0.4 ms.
const common: Options = { splitting: false, removeNodeProtocol: false }

export default defineConfig([
  { ...common, format: 'esm', entry: { ...auth, ...others } },
  { ...common, format: 'cjs', entry: others },
  {
    // Without what a page cannot have: token stores, a choice of connections, and streams of Node.
    // x.browser.ts takes the place of x.ts where the import has no extension.
    ...common,
    format: 'esm',
    entry: { 'index.browser': 'src/index.ts' },
    esbuildOptions(options) {
      options.resolveExtensions = ['.browser.ts', '.ts']
    },
  },
  {
    ...common,
    format: 'cjs',
    entry: auth,
    footer: { js: 'module.exports = module.exports.default' },
  },
  {
    // The command-line tool, file by file. It imports the entries, and copies of a few helpers.
    ...common,
    format: 'esm',
    entry: [
      'src/cli/**/*.ts',
      '!src/cli/io.ts',
      'src/contract/in-your-account.ts',
      'src/lib/{axios,old-axios,own-properties,parse-json,redact,similar-name,url}.ts',
    ],
    bundle: false,
  },
  // The types, one entry at a time: what two entries share would go to a file with a hash for a name.
  ...Object.entries({ ...auth, ...others }).map(
    ([name, file]): Options => ({
      entry: { [name]: file },
      format: ['esm', 'cjs'],
      dts: { only: true },
      // `export =` if there is nothing but a default export.
      cjsInterop: true,
    }),
  ),
])
