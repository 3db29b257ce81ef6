import { NAME } from './arguments.js'

/** Describes the error that ended a command. The plugin's own messages begin with its name already. */
export function errorMessage(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'axios'")) {
    return `${NAME}: axios is not installed here. Run: npm install axios`
  }
  return message.startsWith(NAME) ? message : `${NAME}: ${message}`
}
