/** Which of the other names is most likely a slip for this one: clientId and client_id for clientID. */
export function slipFor(name: string, names: readonly string[]): string | undefined {
  return names.find((other) => other !== name && plain(other) === plain(name))
}

// So are tokenUrl and token_endpoint for tokenEndpointURL.
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z]|endpoint|ur[il]$/g, '')
}
