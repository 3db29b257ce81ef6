import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { dirname, join, posix } from 'node:path'
import type { AxiosStatic } from 'axios'
import { type BuildOptions, build } from 'esbuild'
import { JSDOM } from 'jsdom'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startAccount } from '../support/account.js'
import {
  EXPORTS,
  installed,
  modules,
  outputOf,
  packed,
  project,
  run,
  tarball,
  work,
} from '../support/package.js'
import { root } from '../support/programs.js'
import { compile, RESOLUTIONS } from '../types/compile.js'

/** The package's files that these entries import, directly or not, and their imports from outside. */
async function followImports(entries: readonly string[]) {
  const inside = new Set(entries)
  const outside = new Set<string>()
  for (const path of inside) {
    const text = await readFile(join(installed, path), 'utf8')
    const imports = text.matchAll(
      /(?:^import|^export .*? from|^\} from|^import .*? from|\brequire\(|\bimport\()\s*["']([^"'\n]+)["']/gm,
    )
    for (const [, target = ''] of imports) {
      if (target.startsWith('.')) inside.add(posix.join(dirname(path), target))
      else outside.add(target)
    }
  }
  return { inside, outside }
}

describe('the tarball', () => {
  it('contains the build, the documents and nothing else', () => {
    const document = /^(package\.json|LICENSE|[A-Z]+\.md|docs\/.*|examples\/.*)$/
    const others = packed.filter((path) => !path.startsWith('dist/') && !document.test(path))
    expect(others).toEqual([])
    expect(packed).toContain('LICENSE')
  })

  it('contains readable code in files with descriptive names', async () => {
    const files = packed.filter((path) => path.startsWith('dist/'))
    expect(files).toContain('dist/cli/check/values.js')
    for (const path of files) {
      expect(path).toMatch(/^dist\/([a-z\d-]+\/)*[a-z\d-]+(\.browser)?\.(c?js|d\.c?ts)$/)
      const text = await readFile(join(installed, path), 'utf8')
      if (/\.c?js$/.test(path))
        expect(text, path).toMatch(/^import \{ |^(const|var|class|function|async) \w+.* [={]/m)
    }
    const index = await readFile(join(installed, 'dist', 'index.js'), 'utf8')
    expect(index).toMatch(/^function attachCaspioAuth\(instance, credentials, options\) \{$/m)
    expect(index).toContain('// src/token/source.ts')
  })

  it('contains every file that package.json points to', async () => {
    const { main, module, types, exports, bin } = JSON.parse(
      await readFile(join(installed, 'package.json'), 'utf8'),
    )
    const targets: string[] = [main, module, types, ...Object.values<string>(bin)]
    JSON.stringify(exports, (_, value) => {
      if (typeof value === 'string') targets.push(value)
      return value
    })
    expect(targets.length).toBeGreaterThan(12)
    for (const target of targets) expect(packed).toContain(target.replace('./', ''))
  })

  it('contains no path of the machine that built it', async () => {
    for (const path of packed.filter((path) => path.startsWith('dist/'))) {
      const text = await readFile(join(installed, path), 'utf8')
      expect(text.includes(work) || text.includes(root), path).toBe(false)
    }
  })

  // V8 builds the sets of such a pattern when it loads the module, which takes a tenth of the import time.
  it.each(['index.js', 'index.cjs', 'auth.js', 'auth.cjs'])(
    'has no pattern with a Unicode property class in %s',
    async (entry) => {
      const text = await readFile(join(installed, 'dist', entry), 'utf8')
      expect(text).not.toContain('\\p{')
    },
  )

  it('runs no script on installation', async () => {
    const { scripts = {} } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(Object.keys(scripts).filter((name) => /install$|^prepare$/.test(name))).toEqual([])
  })

  it('has a working command-line tool', async () => {
    const cli = join(installed, 'dist', 'cli', 'index.js')
    const { version } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(await outputOf(process.execPath, [cli, '--version'], project)).toBe(`${version}\n`)
    const { code, stdout } = await run(process.execPath, [cli, 'check'], project)
    expect(code).toBe(1)
    expect(stdout).toContain('CASPIO_CLIENT_ID is not set')
  })

  it.each(['js', 'cjs'])(
    'imports axios and axios-auth-refresh only, and no Node built-in (%s)',
    async (extension) => {
      const names = [
        'index',
        'auth',
        'redis',
        'metering/index',
        ...(extension === 'js' ? ['index.browser'] : []),
      ]
      const entries = names.map((name) => `dist/${name}.${extension}`)
      const { outside } = await followImports(entries)
      expect([...outside].sort()).toEqual(['axios', 'axios-auth-refresh'])
    },
  )

  it('contains no code that no entry point imports', async () => {
    const { exports, bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    const entries = Object.values<string>(bin)
    JSON.stringify(exports, (key, value) => {
      if (/^(default|browser)$/.test(key)) entries.push(value.slice(2))
      return value
    })
    const { inside } = await followImports(entries)
    expect([...inside].sort()).toEqual(
      packed.filter((path) => /^dist\/.*\.c?js$/.test(path)).sort(),
    )
  })

  it('passes publint', async () => {
    const publint = join(modules, 'publint', 'src', 'cli.js')
    const { code, stdout, stderr } = await run(
      process.execPath,
      [publint, 'run', tarball, '--strict'],
      work,
    )
    expect(code, `${stdout}\n${stderr}`).toBe(0)
  })

  it('passes attw (Are the types wrong?), node10 included', async () => {
    const attw = join(modules, '@arethetypeswrong', 'cli', 'dist', 'index.js')
    const { code, stdout, stderr } = await run(
      process.execPath,
      [attw, tarball, '--no-definitely-typed', '--format', 'ascii'],
      work,
    )
    expect(code, `${stdout}\n${stderr}`).toBe(0)
  })
})

describe('docs/api', () => {
  it('lists every export on its front page', async () => {
    const page = await readFile(join(root, 'docs', 'api', 'README.md'), 'utf8')
    for (const name of [...Object.values(EXPORTS).flat(), 'caspioAuth']) {
      expect(page).toContain(`[${name}](`)
    }
  })
})

describe('with an axios that is too old, or a mock', () => {
  const MOCKS: Record<string, string> = {
    'a mock': '{ get() {}, create: Object }',
    // As jest and vitest make one.
    'an automatic mock': '{ create: Object, AxiosError: class {} }',
  }
  const ATTACH = `
    const client = { clientID: 'c', clientSecret: 's', tokenEndpointURL: 'https://a.test/t' }
    const errors = [
      () => attachCaspioAuth(axios, client),
      () => attachCaspioAuth((axios.create ?? Object)(), client),
      () => createCaspioAuth(client),
      () => caspioAuth(client),
    ].map((act) => {
      try {
        act()
      } catch (error) {
        const { code, message } = error
        return { code, message, isOurs: isCaspioAuthError(error) && error instanceof Error }
      }
    })
    console.log(JSON.stringify(errors))`
  const NAMES = 'attachCaspioAuth, createCaspioAuth, isCaspioAuthError'
  const PROGRAMS = {
    'esm.mjs': `
      import axios from 'axios'
      import { ${NAMES} } from 'axios-caspio-auth'
      import caspioAuth from 'axios-caspio-auth/auth'
      ${ATTACH}`,
    'cjs.cjs': `
      const axios = require('axios')
      const { ${NAMES} } = require('axios-caspio-auth')
      const caspioAuth = require('axios-caspio-auth/auth')
      ${ATTACH}`,
  }

  /** Makes a project with the package and this axios. */
  async function projectWith(axios: string): Promise<string> {
    const folder = await mkdtemp(join(work, 'old-axios-'))
    const target = join(folder, 'node_modules')
    for (const name of ['axios-caspio-auth', 'axios-auth-refresh']) {
      await cp(join(project, 'node_modules', name), join(target, name), { recursive: true })
    }
    const mock = MOCKS[axios]
    if (!mock) {
      await symlink(join(modules, axios), join(target, 'axios'))
      return folder
    }
    await mkdir(join(target, 'axios'))
    await writeFile(join(target, 'axios', 'index.js'), `module.exports = ${mock}`)
    return folder
  }

  it.each([
    ['axios-0-21', 'axios before 0.22 (or a mock)'],
    ['axios-0-27', 'axios 0.27.2'],
    ['axios-1-5', 'axios 1.5.1'],
    ['a mock', 'axios before 0.22 (or a mock)'],
    ['an automatic mock', 'axios before 0.22 (or a mock)'],
  ])('says which version is needed (%s)', async (name, found) => {
    const folder = await projectWith(name)
    const message = `axios-caspio-auth: ${found} is too old. Run: npm install axios@^1.6.0`
    const error = { code: 'ERR_CASPIO_CONFIG', message, isOurs: true }
    for (const [file, source] of Object.entries(PROGRAMS)) {
      await writeFile(join(folder, file), source)
      const output = await outputOf(process.execPath, [file], folder)
      expect(JSON.parse(output), file).toEqual([error, error, error, error])
    }
    const cli = join('node_modules', 'axios-caspio-auth', 'dist', 'cli', 'index.js')
    for (const command of ['check', 'token', 'demo']) {
      const { stderr } = await run(process.execPath, [cli, command], folder)
      expect(stderr.trim().replace(/\s+/g, ' '), command).toBe(message)
    }
  })
})

describe('in TypeScript', () => {
  it.each(Object.keys(RESOLUTIONS))(
    'type-checks under %s, with skipLibCheck off',
    async (name) => {
      expect(await compile(project, name, join(modules, 'typescript'))).toBe('')
    },
    60_000,
  )

  it('declares nothing as any', async () => {
    const declarations = packed.filter((path) => /\.d\.c?ts$/.test(path))
    expect(declarations.length).toBeGreaterThan(7)
    for (const path of declarations) {
      const text = await readFile(join(installed, path), 'utf8')
      expect(text.replace(/\/\*.*?\*\//gs, ''), path).not.toMatch(/\bany\b/)
    }
  })
})

describe('in a bundle', () => {
  async function bundle(contents: string, options: BuildOptions = {}): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: project },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
      ...options,
    })
    return outputFiles?.[0]?.text ?? ''
  }

  it('needs no Node built-in for the browser', async () => {
    // The bundler would fail to resolve one.
    const code = await bundle(
      `import axios from 'axios'
      import { attachCaspioAuth } from 'axios-caspio-auth'
      attachCaspioAuth(axios, () => fetch('/caspio-token').then((answer) => answer.json()))`,
    )
    expect(code).toContain('axios-caspio-auth')
  })

  it('is removed completely if the code does not use it', async () => {
    const code = await bundle(
      `import { attachCaspioAuth } from 'axios-caspio-auth'
      import caspioAuth from 'axios-caspio-auth/auth'
      import { createCallMeter } from 'axios-caspio-auth/metering'
      import { startCaspioAccount } from 'axios-caspio-auth/testing'
      console.log('unused')`,
      { external: ['axios', 'node:*', ...builtinModules] },
    )
    expect(code).toContain('unused')
    expect(code).not.toMatch(/import|caspio/i)
  })

  it.each(['iife', 'umd', 'es'])('is one file, with Rollup’s format %s', async (format) => {
    const account = await startAccount()
    const source = `
      import axios from 'axios'
      import { attachCaspioAuth } from 'axios-caspio-auth'
      export { axios, attachCaspioAuth }`
    await writeFile(join(project, 'page.mjs'), source)
    const config = `
      import { fileURLToPath } from 'node:url'
      const plugin = {
        resolveId: (name) =>
          /^axios-/.test(name) ? fileURLToPath(import.meta.resolve(name)) : null,
      }
      export default {
        input: 'page.mjs',
        external: ['axios'],
        plugins: [plugin],
        output: { file: 'page.${format}.js', format: '${format}', name: 'app', globals: { axios: 'axios' } },
      }`
    await writeFile(join(project, 'rollup.config.mjs'), config)
    const rollup = join(modules, 'rollup', 'dist', 'bin', 'rollup')
    await outputOf(
      process.execPath,
      // As a bundler for browsers resolves.
      ['--conditions=browser', rollup, '--config', 'rollup.config.mjs', '--silent'],
      project,
    )
    const bundled = await readFile(join(project, `page.${format}.js`), 'utf8')
    expect(bundled).not.toContain('import(')
    if (format === 'es') return

    const page = new JSDOM('', { url: account.url, runScripts: 'outside-only' })
    onTestFinished(() => page.window.close())
    const axiosModule = join(modules, process.env.AXIOS || 'axios', 'dist', 'axios.js')
    page.window.eval(await readFile(axiosModule, 'utf8'))
    page.window.eval(`${bundled}\nwindow.app = app`)
    const { app } = page.window as unknown as {
      app: typeof import('../../src/index.js') & { axios: AxiosStatic }
    }
    const records = `${account.url}/rest/v2/tables/Physicians/records`
    app.attachCaspioAuth(app.axios, account.credentials)
    expect((await app.axios.get(records)).data.Result).toHaveLength(12)
    account.revoke()
    expect((await app.axios.get(records)).data.Result).toHaveLength(12)
    expect(account.log.token).toHaveLength(2)
    const tokenStore = { get() {}, set() {}, delete() {} } as never
    expect(() => app.attachCaspioAuth(app.axios, account.credentials, { tokenStore })).toThrow(
      'tokenStore cannot be used in a browser',
    )
  })
})
