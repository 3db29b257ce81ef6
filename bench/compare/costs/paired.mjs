import { createClient } from '../clients/index.mjs'
import { PHYSICIANS } from '../support/requests.mjs'

/**
 * Creates the contestants' clients, and for each kind a baseline: the HTTP client without a contestant.
 *
 * @param optionsOf the options of a client, by its kind and `attach`
 * @returns for each client its `id`, `send` and the index of its baseline. Baselines come first
 */
export async function createPairs(contestants, account, optionsOf = () => ({})) {
  const kinds = [...new Set(contestants.map(({ kind }) => kind))]
  const entries = [...kinds.map((kind) => ({ id: `baseline ${kind}`, kind })), ...contestants]
  const pairs = []
  for (const { id, kind, attach } of entries) {
    const client = await createClient({ kind, attach }, account, await optionsOf(kind, attach))
    const send = () => client.request(PHYSICIANS)
    pairs.push({ id, baseline: kinds.indexOf(kind), send })
  }
  return pairs
}
