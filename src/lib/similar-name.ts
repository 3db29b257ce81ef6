/** Finds the name that was probably meant as `name`: `clientId` and `client_id` for `clientID`. */
export function similarName(name: string, names: readonly string[]): string | undefined {
  return names.find((other) => other !== name && simplified(other) === simplified(name))
}

// tokenUrl and token_endpoint were meant as tokenEndpointURL.
function simplified(name: string): string {
  return name.toLowerCase().replace(/[^a-z]|endpoint|ur[il]$/g, '')
}
