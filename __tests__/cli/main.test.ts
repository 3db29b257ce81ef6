import { readFile } from 'node:fs/promises'
import axios from 'axios'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errorMessage } from '../../src/cli/error-message.js'
import { COMMANDS } from '../../src/cli/help.js'
import { longestLine, runMain, unwrapped } from './support.js'

describe('help', () => {
  it.each([[[]], [['--help']], [['-h']], [['help']]])('is printed for %j', async (args) => {
    const { code, out, err } = await runMain(args)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Usage: axios-caspio-auth <command> \[options\]\n/)
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'))
  })

  it.each(COMMANDS)('of %s is printed, whatever other options there are', async (command) => {
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

  it.each([40, 60, 80, 100])(
    'fits a terminal of %d columns, but for commands to copy',
    async (columns) => {
      for (const args of [[], ...COMMANDS.map((command) => ['help', command])]) {
        const { out } = await runMain(args, {}, { isTTY: true, columns })
        const [prose, code = ''] = out.split('Examples:')
        expect(longestLine(`${prose}${code.replace(/^.*?\n\n/s, '')}`)).toBeLessThanOrEqual(columns)
        // Nothing gets lost.
        const wide = await runMain(args, {}, { isTTY: true, columns: 100 })
        expect(unwrapped(out)).toBe(unwrapped(wide.out))
      }
    },
  )

  it('is 80 columns wide if there is no terminal', async () => {
    const { out } = await runMain(['help', 'token'])
    expect(out).toBe((await runMain(['help', 'token'], {}, { isTTY: true, columns: 80 })).out)
  })
})

it.each(['--version', '-v'])('%s prints the version of the package', async (option) => {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(manifest)
  expect(await runMain([option])).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

describe('a mistake in the command line ends with 2, and the error lists what is allowed', () => {
  it.each([
    [['chekc'], 'unknown command chekc. The commands are check, token, demo, serve, usage. '],
    [
      ['--nonsense'],
      'unknown option --nonsense. The commands are check, token, demo, serve, usage. ',
    ],
    [['help', 'chekc'], 'unknown command chekc. '],
    [['check', '--nonsense'], "check: Unknown option '--nonsense'. The options are --dotenv, "],
    [['check', '--json=yes'], "check: Option '--json' does not take an argument. "],
    [['token', '--store'], "token: Option '--store <value>' argument missing. "],
    [['token', '--store', ''], 'token: The value of --store is empty. The options are --dotenv, '],
    [['check', '--dotenv='], 'check: The value of --dotenv is empty. '],
    [['token', '--format', '--renew'], "token: Option '--format' argument is ambiguous. "],
    [['token', '--format', 'xml'], '--format must be one of json, header, export'],
    [
      ['check', '--timeout', '0'],
      '--timeout must be a number of seconds, more than 0 and at most 3600',
    ],
    [['token', '--timeout', 'long'], '--timeout must be a number of seconds'],
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
    expect(unwrapped(err)).toContain(`axios-caspio-auth: ${words}`.trim())
    expect(err).toMatch(/^(\S[^\n]*\n)+$/)
    expect(longestLine(err)).toBeLessThanOrEqual(80)
  })

  it.each([
    [['check', '--client-secret', 'a-value-of-mine']],
    [['token', '--client-secret=a-value-of-mine']],
    [['token', '--clientSecret=a-value-of-mine']],
    [['demo', '--secret', 'a-value-of-mine']],
    [['--client-secret=a-value-of-mine', 'check']],
  ])('%j: there is no such option, with the reason', async (args) => {
    const { code, out, err } = await runMain(args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(unwrapped(err)).toContain(
      'it would show in the list of processes and in the history of your shell',
    )
    expect(err).toContain('CASPIO_CLIENT_SECRET')
    expect(err).not.toContain('a-value-of-mine')
  })

  it.each([[['a-value-of-mine-with-7']], [['check', 'a-value-of-mine-with-7']]])(
    '%j: the error does not repeat the value, which may be a secret',
    async (args) => {
      const { code, err } = await runMain(args)
      expect(code).toBe(2)
      expect(err).not.toContain('a-value-of-mine')
    },
  )
})

it.each(['check', 'token', 'demo'])('%s says first that axios is too old', async (command) => {
  const { VERSION } = axios
  const setVersion = (version: string) => Object.assign(axios, { VERSION: version })
  onTestFinished(() => void setVersion(VERSION))
  setVersion('1.1.3')
  expect(await runMain([command, '--nonsense'])).toEqual({
    code: 1,
    out: '',
    err: 'axios-caspio-auth: axios 1.1.3 is too old. Run: npm install axios@^1.6.0\n',
  })
})

describe('errorMessage', () => {
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
  ])('of %s', (error, line) => {
    expect(errorMessage(error)).toBe(line)
  })
})
