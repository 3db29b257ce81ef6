import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

/**
 * Gets the client secret from AWS Secrets Manager. The secret is the JSON text
 * {"clientSecret": "…"}, as the AWS console writes it.
 */
export function secretFromAWS(secretId, client = new SecretsManagerClient()) {
  return async () => {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }))
    return JSON.parse(SecretString).clientSecret
  }
}
