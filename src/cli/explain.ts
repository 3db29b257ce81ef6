import { NAME } from './arguments.js'

/** One line for what ended a command. The package's own errors have its name in front. */
export function explain(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'axios'")) {
    return `${NAME}: axios is not installed here. Run: npm install axios`
  }
  return message.startsWith(NAME) ? message : `${NAME}: ${message}`
}
