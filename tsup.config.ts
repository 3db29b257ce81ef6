import { defineConfig, type Options } from 'tsup'

const common: Options = {
  entry: { index: 'src/index.ts', auth: 'src/auth.ts', testing: 'src/testing/index.ts' },
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  sourcemap: true,
  dts: true,
  // With it, and only with splitting, require('axios-caspio-auth/auth') is the function itself.
  splitting: true,
  cjsInterop: true,
}

export default defineConfig([
  {
    ...common,
    format: 'esm',
    clean: true,
    // Its ESM file is in a package without "type": "module", which Node before 20.19 and 22.7
    // cannot import. The CommonJS build requires it.
    noExternal: ['axios-auth-refresh'],
  },
  { ...common, format: 'cjs' },
])
