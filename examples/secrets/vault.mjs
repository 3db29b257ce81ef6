import createVault from 'node-vault'

/**
 * Gets the client secret from HashiCorp Vault, from the field `clientSecret` of a KV store (version
 * 2). Without options, node-vault reads VAULT_ADDR and VAULT_TOKEN.
 */
export function secretFromVault(path, options) {
  const vault = createVault(options)
  return async () => {
    const { data } = await vault.read(path)
    return data.data.clientSecret
  }
}
