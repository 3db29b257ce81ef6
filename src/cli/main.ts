import { createRequire } from 'node:module'
import { NAME, refuseSecret, UsageError } from './arguments.js'
import { explain } from './explain.js'
import { COMMANDS, type Command, helpOf, OVERVIEW } from './help.js'
import type { Io } from './io.js'

// Loaded when it is used: only then axios is, which takes a while, or may not be there.
const LOADERS: Readonly<
  Record<Command, () => Promise<{ run(args: readonly string[], io: Io): Promise<number> }>>
> = {
  check: () => import('./check.js'),
  token: () => import('./token.js'),
  demo: () => import('./demo.js'),
}

/** Runs one command line, and resolves to the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io)
  } catch (error) {
    io.stderr.write(`${explain(error)}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  refuseSecret(args)
  const [first, ...rest] = args
  const asked = first === 'help' ? rest[0] : first
  if (asked === undefined || isHelp(asked)) return tell(OVERVIEW, io)
  if (asked === '--version' || asked === '-v') return tell(version(), io)
  if (!isCommand(asked)) {
    const what = asked.startsWith('-') ? 'option' : 'command'
    // Anything longer may be a value that was to be kept to oneself.
    const named = /^[a-z-]{1,20}$/i.test(asked) ? ` ${asked}` : ''
    throw new UsageError(
      `unknown ${what}${named}. There are the commands ${COMMANDS.join(', ')}; ${NAME} --help tells more.`,
    )
  }
  if (first === 'help' || rest.some(isHelp)) return tell(helpOf(asked), io)
  const { run } = await LOADERS[asked]()
  return run(rest, io)
}

function tell(text: string, { stdout }: Io): number {
  stdout.write(`${text}\n`)
  return 0
}

const isHelp = (arg: string) => arg === '--help' || arg === '-h'

const isCommand = (word: string): word is Command => (COMMANDS as readonly string[]).includes(word)

// The package finds itself by its name, from src and from dist.
function version(): string {
  return createRequire(import.meta.url)(`${NAME}/package.json`).version
}
