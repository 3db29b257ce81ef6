import { type ParseArgsConfig, parseArgs } from 'node:util'

export const NAME = 'axios-caspio-auth'

/** A mistake in the command line. */
export class UsageError extends Error {}

/** Refuses a secret on the command line, and says why. @throws UsageError */
export function refuseSecret(args: readonly string[]): void {
  if (args.some((arg) => /^--?(client[-_]?)?secret/i.test(arg))) {
    throw new UsageError(
      'there is no option for the secret: it would show in the list of processes and in the history of your shell. Set CASPIO_CLIENT_SECRET in the environment or in a file (--dotenv .env)',
    )
  }
}

/**
 * Understands `--env-file` as `--dotenv`. It is not the name that the help shows, because Node looks
 * for it in the arguments of every script: if that file is missing, Node exits before we run.
 */
export function renameEnvFile(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/^--env-file(?==|$)/, '--dotenv'))
}

type Options = NonNullable<ParseArgsConfig['options']>

/** Reads the options of one command. @throws UsageError */
export function readOptions<const O extends Options>(
  command: string,
  args: readonly string[],
  options: O,
) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: false,
    })
    // A shell passes an unset variable as an empty text.
    const empty = Object.keys(options).find((name) => Reflect.get(values, name) === '')
    if (empty) throw new Error(`The value of --${empty} is empty`)
    return values
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // Node's message would quote the argument, which may be a secret.
    const fault =
      code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
        ? 'Unexpected argument'
        : message.replace(/[.\n].*/s, '')
    const names = Object.keys(options).map((name) => `--${name}`)
    throw new UsageError(
      `${command}: ${fault}. The options are ${names.join(', ')}. For help, run: npx ${NAME} ${command} --help`,
    )
  }
}

/** The command line that checks the values in a file, or those in the environment. */
export function commandLineOfCheck(file: string | undefined): string {
  return `npx ${NAME} check${file === undefined ? '' : ` --dotenv ${file}`}`
}

/** Reads an option that takes one of a few words. @throws UsageError */
export function oneOf<W extends string>(option: string, word: string, words: readonly W[]): W {
  const found = words.find((candidate) => candidate === word)
  if (found === undefined) throw new UsageError(`${option} must be one of ${words.join(', ')}`)
  return found
}

/** The options of every command that sends token requests. */
export const REQUEST_OPTIONS = {
  dotenv: { type: 'string' },
  timeout: { type: 'string', default: '10' },
  'client-authentication': { type: 'string', default: 'basic' },
} as const

/** How to send a token request. */
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
    timeout: secondsToMs('--timeout', options.timeout),
  }
}

/** @throws UsageError */
function secondsToMs(option: string, text: string): number {
  const seconds = Number(text)
  if (!(seconds > 0 && seconds <= 3_600)) {
    throw new UsageError(`${option} must be a number of seconds, more than 0 and at most 3600`)
  }
  return Math.ceil(seconds * 1_000)
}
