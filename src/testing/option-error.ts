/** The error for a wrong option or setting of the account. */
export function optionError(message: string): TypeError {
  return new TypeError(`axios-caspio-auth/testing: ${message}`)
}
