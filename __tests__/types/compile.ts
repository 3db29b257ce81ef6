import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sources = fileURLToPath(new URL('sources', import.meta.url))

const ESM_AND_CJS = {
  'exact.mts': 'exact.ts',
  'esm.mts': 'surface.ts',
  'auth.mts': 'auth.ts',
  'cjs.cts': 'surface.ts',
  'auth.cts': 'auth.ts',
  'require.cts': 'require.cts',
}
const ONE_MODULE_SYSTEM = { 'exact.ts': 'exact.ts', 'index.ts': 'surface.ts', 'auth.ts': 'auth.ts' }

interface Resolution {
  /** The first and the last TypeScript release that supports it. */
  readonly since?: number
  readonly until?: number
  readonly module: string
  readonly moduleResolution: string
  readonly lib?: readonly string[]
  /** The compiled files: their names in the project, and their sources. */
  readonly files: Readonly<Record<string, string>>
}

export const RESOLUTIONS: Readonly<Record<string, Resolution>> = {
  node16: { module: 'node16', moduleResolution: 'node16', files: ESM_AND_CJS },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', files: ESM_AND_CJS },
  'nodenext, without the DOM': {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    lib: ['ES2022'],
    files: ESM_AND_CJS,
  },
  bundler: { module: 'esnext', moduleResolution: 'bundler', files: ONE_MODULE_SYSTEM },
  'bundler, with module preserve': {
    since: 5.4,
    module: 'preserve',
    moduleResolution: 'bundler',
    files: { ...ONE_MODULE_SYSTEM, 'require.cts': 'require.cts' },
  },
  node10: {
    until: 6,
    module: 'commonjs',
    moduleResolution: 'node10',
    files: { ...ONE_MODULE_SYSTEM, 'require.ts': 'require.cts' },
  },
}

/**
 * Compiles the type tests, including the libraries' types, in a project that has the package
 * installed. Resolves to the compiler's errors, or to an empty string.
 */
export async function compile(project: string, name: string, typescript: string): Promise<string> {
  const { files, since, until, ...setup } = RESOLUTIONS[name] as Resolution
  const { version, bin } = JSON.parse(await readFile(join(typescript, 'package.json'), 'utf8'))
  const folder = join(project, `types-${version}-${name.replace(/\W+/g, '-')}`)
  await mkdir(folder, { recursive: true })
  const compilerOptions = {
    lib: ['ES2022', 'DOM'],
    ...setup,
    ...(name === 'node10' && version.startsWith('6.') && { ignoreDeprecations: '6.0' }),
    target: 'ES2022',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    esModuleInterop: true,
    skipLibCheck: false,
    noEmit: true,
  }
  const config = { compilerOptions, files: Object.keys(files) }
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
  for (const [as, file] of Object.entries(files))
    await copyFile(join(sources, file), join(folder, as))
  const tsc = join(typescript, bin.tsc)
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '-p', folder], { cwd: project }, (error, stdout, stderr) =>
      resolve(error ? stdout + stderr || error.message : ''),
    )
  })
}
