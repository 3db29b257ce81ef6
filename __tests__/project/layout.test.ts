import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { basename, dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

const CORE = ['root', 'request', 'token', 'store', 'contract', 'lib']
/** Which other rooms each room may import. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  root: CORE,
  request: ['token', 'contract', 'lib'],
  token: ['contract', 'lib'],
  store: ['token', 'contract', 'lib'],
  contract: ['lib'],
  lib: [],
  metering: ['contract', 'lib'],
  testing: ['root', 'contract', 'lib'],
  cli: ['root', 'contract', 'lib', 'metering', 'testing'],
}
const ROOMS = Object.keys(MAY_IMPORT)
const ROOMS_WITH_NODE = ['testing', 'cli']

/** Which other folders of `testing` each of its folders may import. */
const TESTING_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  query: [],
  token: [],
  data: ['query'],
  api: ['data', 'query', 'token'],
  v3: ['api', 'data', 'query'],
  v4: ['api', 'data', 'query'],
}

/** Exceptions: files and functions that are still too long. */
const LONG_FILES: string[] = []
const LONG_FUNCTIONS: string[] = []

/** Tests of a whole room. They are not named after one file. */
const TESTS_OF_A_ROOM = [
  'cli/process.slow.test.ts',
  'testing/contract.test.ts',
  'testing/faults.test.ts',
  'testing/wording.test.ts',
]

const sources = filesIn('src', '.ts').map((path) => ({
  path,
  room: roomOf(path),
  file: ts.createSourceFile(
    path,
    readFileSync(join(root, 'src', path), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  ),
}))

/** The paths of the files in a folder and its subfolders. */
function filesIn(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${path}`.replaceAll('\\', '/'))
    .filter((path) => path.endsWith(ending))
    .sort()
}

function roomOf(path: string): string {
  return path.includes('/') ? `${path.split('/')[0]}` : 'root'
}

/** Everything that a file imports, including types, re-exports and `import()`. */
function importsOf(file: ts.SourceFile): string[] {
  return nodesOf(file).flatMap((node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      return node.moduleSpecifier ? [textOf(node.moduleSpecifier)] : []
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      return [textOf(node.argument.literal)]
    }
    const isImport =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    return isImport && node.arguments[0] ? [textOf(node.arguments[0])] : []
  })
}

function textOf(node: ts.Node): string {
  if (!ts.isStringLiteralLike(node)) throw new Error(`cannot read the import ${node.getText()}`)
  return node.text
}

function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = []
  node.forEachChild((child) => {
    nodes.push(child, ...nodesOf(child))
  })
  return nodes
}

/** The name and the number of lines of each function with a body. Comments above it do not count. */
function functionsOf(file: ts.SourceFile) {
  return nodesOf(file).flatMap((node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return []
    const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line
    const lines = lineOf(node.getEnd()) - lineOf(node.getStart()) + 1
    const named =
      node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined)
    return [{ name: named?.getText() ?? 'a function', lines }]
  })
}

describe('src', () => {
  it('has these folders only', () => {
    expect([...new Set(sources.map(({ room }) => room))].sort()).toEqual([...ROOMS].sort())
  })

  it.each(ROOMS)('imports in one direction only (%s)', (room) => {
    const allowed = [room, ...(MAY_IMPORT[room] ?? [])]
    const wrong = sources
      .filter((source) => source.room === room)
      .flatMap(({ path, file }) =>
        importsOf(file)
          .filter((target) => target.startsWith('.'))
          .map((target) => posix.join(dirname(path), target))
          .filter((target) => !allowed.includes(roomOf(target)))
          .map((target) => `${path} imports ${target}`),
      )
    expect(wrong).toEqual([])
  })

  it('imports in one direction only between the folders of testing', () => {
    const folderOf = (path: string) => path.split('/').slice(1, -1).join('/')
    const wrong = sources
      .filter(({ path, room }) => room === 'testing' && folderOf(path) !== '')
      .flatMap(({ path, file }) => {
        const allowed = ['', folderOf(path), ...(TESTING_MAY_IMPORT[folderOf(path)] ?? [])]
        return importsOf(file)
          .filter((target) => target.startsWith('.'))
          .map((target) => posix.join(dirname(path), target))
          .filter((target) => !allowed.includes(folderOf(target)))
          .map((target) => `${path} imports ${target}`)
      })
    expect(wrong).toEqual([])
  })

  // Without an extension esbuild looks for x.browser.ts first, and Node finds nothing.
  it('leaves out the extension only of what the build for browsers replaces', () => {
    const names = sources.flatMap(({ path, file }) =>
      importsOf(file)
        .filter((target) => target.startsWith('.') && !target.endsWith('.js'))
        .map((target) => posix.join(dirname(path), target)),
    )
    const replaced = filesIn('src', '.browser.ts').map((path) => path.replace('.browser.ts', ''))
    expect([...new Set(names)].sort()).toEqual(replaced)
  })

  // With a named import that an old axios lacks, no module runs, so none can say that it is too old.
  it('imports nothing but the default export of axios, except types', () => {
    const named = /^import (?!type )(\w+, )?\{ (?!type )[^}]*\} from 'axios'/m
    const wrong = sources.filter(({ file }) => named.test(file.text))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('uses Node built-ins in testing and cli only', () => {
    const isBuiltIn = (target: string) =>
      target.startsWith('node:') || builtinModules.includes(target)
    const users = sources.filter(({ file }) => importsOf(file).some(isBuiltIn))
    expect([...new Set(users.map(({ room }) => room))].sort()).toEqual([...ROOMS_WITH_NODE].sort())
  })

  it('has no comment that a bundler would keep, except in testing and cli', () => {
    const kept = sources.filter(({ file }) => /@preserve|@license|\/\*!/.test(file.text))
    const wrong = kept.filter(({ room }) => !ROOMS_WITH_NODE.includes(room))
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  it('has at most 14 files at its root', () => {
    expect(sources.filter(({ room }) => room === 'root').length).toBeLessThanOrEqual(14)
  })

  it('has no file over 200 lines', () => {
    const long = sources.filter(({ file }) => file.text.trimEnd().split('\n').length > 200)
    const paths = long.map(({ path }) => path)
    expect(paths.filter((path) => !LONG_FILES.includes(path))).toEqual([])
  })

  it('has no function over 60 lines', () => {
    const long = sources.flatMap(({ path, file }) =>
      functionsOf(file)
        .filter(({ lines }) => lines > 60)
        .map(({ name, lines }) => ({ where: `${path} ${name}`, lines })),
    )
    expect(long.filter(({ where }) => !LONG_FUNCTIONS.includes(where))).toEqual([])
  })
})

describe('__tests__', () => {
  it('mirrors src: each test of a room is named after a file or a folder of that room', () => {
    const tests = filesIn('__tests__', '.test.ts').filter((path) => ROOMS.includes(roomOf(path)))
    expect(tests.length).toBeGreaterThan(40)
    const unmatched = tests.filter((test) => {
      const [subject] = basename(test).split('.')
      return !sources.some(
        ({ path, room }) =>
          room === roomOf(test) &&
          [basename(path, '.ts'), ...dirname(path).split('/')].includes(`${subject}`),
      )
    })
    expect(unmatched.filter((test) => !TESTS_OF_A_ROOM.includes(test))).toEqual([])
  })
})
