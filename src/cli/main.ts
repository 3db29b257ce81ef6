import { createRequire } from 'node:module'
import { NAME, refuseSecret, renameEnvFile, UsageError } from './arguments.js'
import { errorMessage } from './error-message.js'
import { COMMANDS, type Command, helpFor, OVERVIEW } from './help.js'
import { layOutHelp } from './help-layout.js'
import type { Io } from './io.js'
import { printText, widthOf } from './text.js'

// Imported on demand: help and version must also work if axios is not installed.
const LOADERS: Readonly<
  Record<Command, () => Promise<{ run(args: readonly string[], io: Io): Promise<number> }>>
> = {
  check: () => import('./check.js'),
  token: () => import('./token.js'),
  demo: () => import('./demo.js'),
  serve: () => import('./serve.js'),
  usage: () => import('./usage.js'),
}

/** Runs one command line, and resolves to the exit code. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(renameEnvFile(args), io)
  } catch (error) {
    printText(io.stderr, errorMessage(error))
    return error instanceof UsageError ? 2 : 1
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  refuseSecret(args)
  const [first, ...rest] = args
  const word = first === 'help' ? rest[0] : first
  if (word === undefined || isHelp(word)) return print(io, layOutHelp(OVERVIEW, widthOf(io.stdout)))
  if (word === '--version' || word === '-v') return print(io, version())
  if (!isCommand(word)) throw new UsageError(unknownWord(word))
  if (first === 'help' || rest.some(isHelp)) {
    return print(io, layOutHelp(helpFor(word), widthOf(io.stdout)))
  }
  const { run } = await LOADERS[word]()
  return run(rest, io)
}

function unknownWord(word: string): string {
  const kind = word.startsWith('-') ? 'option' : 'command'
  // Anything else may be a secret in the wrong place.
  const name = /^[a-z-]{1,20}$/i.test(word) ? ` ${word}` : ''
  return `unknown ${kind}${name}. The commands are ${COMMANDS.join(', ')}. For help, run: npx ${NAME} --help`
}

function print({ stdout }: Io, text: string): number {
  stdout.write(`${text}\n`)
  return 0
}

const isHelp = (arg: string) => arg === '--help' || arg === '-h'

const isCommand = (word: string): word is Command => (COMMANDS as readonly string[]).includes(word)

// The package resolves its own name, both from src and from dist.
function version(): string {
  return createRequire(import.meta.url)(`${NAME}/package.json`).version
}
