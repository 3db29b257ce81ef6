import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { explain } from '../../src/cli/explain.js'
import { COMMANDS } from '../../src/cli/help.js'
import { runMain } from './support.js'

describe('help', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('comes for %j', async (args) => {
    const { code, out, err } = await runMain(args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Usage: axios-caspio-auth <command> \[options\]\n/)
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  it.each(COMMANDS)('comes for %s, whatever else is said', async (command) => {
    const asked = [
      [command, '--help'],
      [command, '-h'],
      ['help', command],
    ]
    for (const args of [...asked, [command, '--nonsense', '--help']]) {
      const { code, out, err } = await runMain(args)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain(`Usage: axios-caspio-auth ${command} [options]\n`)
    }
  })

  it.each(COMMANDS)('of %s names each of its options', async (command) => {
    const { err } = await runMain([command, '--nonsense'])
    const { out } = await runMain([command, '--help'])
    const names = err.match(/--[a-z-]+/g)?.filter((name) => !/nonsense|help/.test(name)) ?? []
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) expect(out).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
  })

  it('fits a terminal', async () => {
    for (const args of [[], ...COMMANDS.map((command) => ['help', command])]) {
      const { out } = await runMain(args)
      expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
    }
  })
})

it.each(['--version', '-v'])('%s tells the version of the package', async (option) => {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(manifest)
  expect(await runMain([option])).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

describe('a wrong command line ends with 2, says what there is, and prints nothing else', () => {
  it.each([
    [['chekc'], 'unknown command chekc. There are the commands check, token, demo; '],
    [['--nonsense'], 'unknown option --nonsense. There are the commands check, token, demo; '],
    [['help', 'chekc'], 'unknown command chekc. '],
    [['check', '--nonsense'], "check: Unknown option '--nonsense'. There are --env-file, "],
    [['check', '--json=yes'], "check: Option '--json' does not take an argument. "],
    [['token', '--store'], "token: Option '--store <value>' argument missing. "],
    [['token', '--format', '--renew'], "token: Option '--format' argument is ambiguous. "],
    [['token', '--format', 'xml'], '--format must be one of json, header, export.'],
    [['check', '--timeout', '0'], '--timeout must be seconds, more than 0 and up to 3600.'],
    [['token', '--timeout', 'long'], '--timeout must be seconds'],
    [
      ['check', '--client-authentication', 'none'],
      '--client-authentication must be one of basic, ',
    ],
    [
      ['token', '--client-authentication', 'none'],
      '--client-authentication must be one of basic, ',
    ],
  ])('%j', async (args, words) => {
    const { code, out, err } = await runMain(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(`axios-caspio-auth: ${words}`)
    expect(err).toMatch(/^[^\n]+\n$/)
  })

  it.each([
    [['check', '--client-secret', 'a-value-of-mine']],
    [['token', '--client-secret=a-value-of-mine']],
    [['token', '--clientSecret=a-value-of-mine']],
    [['demo', '--secret', 'a-value-of-mine']],
    [['--client-secret=a-value-of-mine', 'check']],
  ])('%j, with the reason', async (args) => {
    const { code, out, err } = await runMain(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('it would show in the list of processes and in the history of the shell')
    expect(err).toContain('CASPIO_CLIENT_SECRET')
    expect(err).not.toContain('a-value-of-mine')
  })

  it.each([[['a-value-of-mine-with-7']], [['check', 'a-value-of-mine-with-7']]])(
    '%j, without the value that may be a secret',
    async (args) => {
      const { code, err } = await runMain(args)
      expect(code).toBe(2)
      expect(err).not.toContain('a-value-of-mine')
    },
  )
})

describe('explain', () => {
  const missing = (name: string) =>
    Object.assign(new Error(`Cannot find package '${name}' imported from dist/index.js`), {
      code: 'ERR_MODULE_NOT_FOUND',
    })

  it.each([
    [new Error('axios-caspio-auth: as it is'), 'axios-caspio-auth: as it is'],
    [new Error('as it is'), 'axios-caspio-auth: as it is'],
    [missing('axios'), 'axios-caspio-auth: axios is not installed here. Run: npm install axios'],
    [
      missing('other'),
      "axios-caspio-auth: Cannot find package 'other' imported from dist/index.js",
    ],
    [new Error("'axios' is odd"), "axios-caspio-auth: 'axios' is odd"],
  ])('%s', (error, line) => {
    expect(explain(error)).toBe(line)
  })
})
