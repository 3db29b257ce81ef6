import { type ParseArgsConfig, parseArgs } from 'node:util'

export const NAME = 'axios-caspio-auth'

/** The command line is wrong. */
export class UsageError extends Error {}

/** Who gives the secret on the command line learns why not. @throws UsageError */
export function refuseSecret(args: readonly string[]): void {
  if (args.some((arg) => /^--?(client[-_]?)?secret/i.test(arg))) {
    throw new UsageError(
      'the secret is no option: it would show in the list of processes and in the history of the shell. Set CASPIO_CLIENT_SECRET in the environment or in a file: --env-file .env',
    )
  }
}

type Options = NonNullable<ParseArgsConfig['options']>

/** The options of one command. @throws UsageError */
export function readOptions<const O extends Options>(
  command: string,
  args: readonly string[],
  options: O,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const what =
      code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
        ? 'it takes options only'
        : message.replace(/[.\n].*/s, '')
    const names = Object.keys(options).map((name) => `--${name}`)
    throw new UsageError(
      `${command}: ${what}. There are ${names.join(', ')}; ${NAME} ${command} --help tells more.`,
    )
  }
}

/** One of a few words. @throws UsageError */
export function oneOf<W extends string>(option: string, word: string, words: readonly W[]): W {
  const found = words.find((candidate) => candidate === word)
  if (found === undefined) throw new UsageError(`${option} must be one of ${words.join(', ')}.`)
  return found
}

/** What every command has that asks the token endpoint. */
export const REQUEST_OPTIONS = {
  'env-file': { type: 'string' },
  timeout: { type: 'string', default: '10' },
  'client-authentication': { type: 'string', default: 'basic' },
} as const

/** How the token endpoint is asked. */
export interface RequestSettings {
  readonly clientAuthentication: 'basic' | 'body'
  /** Milliseconds for one request. */
  readonly timeout: number
}

/** @throws UsageError */
export function readRequestSettings(options: {
  readonly timeout: string
  readonly 'client-authentication': string
}): RequestSettings {
  const words = ['basic', 'body'] as const
  return {
    clientAuthentication: oneOf('--client-authentication', options['client-authentication'], words),
    timeout: inMilliseconds('--timeout', options.timeout),
  }
}

/** Seconds, as milliseconds. @throws UsageError */
function inMilliseconds(option: string, text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 3_600)) {
    throw new UsageError(`${option} must be seconds, more than 0 and up to 3600.`)
  }
  return Math.ceil(seconds * 1_000)
}
