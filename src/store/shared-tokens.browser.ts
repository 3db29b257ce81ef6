import { configError } from '../contract/errors.js'

/** Takes the place of `shareTokens` in the build for browsers. */
export function shareTokens(): never {
  throw configError(
    'tokenStore cannot be used in a browser. Use a token broker there, and set tokenStore on its server.',
  )
}
