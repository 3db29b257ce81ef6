import { inspect } from 'node:util'
import { PHYSICIANS, sendFirst } from '../support/requests.mjs'

const WORDS = ['no', 'yes']

export const rows = [
  {
    id: 'outage',
    name: 'The token endpoint answers 503: the error contains the client secret',
    better: WORDS,
  },
  {
    id: 'refusal',
    name: 'Wrong credentials: the error contains the client secret',
    better: WORDS,
  },
  {
    id: 'token',
    name: 'A failed API call: `JSON.stringify(error)` contains the access token',
    better: WORDS,
  },
]

export async function measure({ kind, open }) {
  const secret = 'a secret & more: 100 %'
  const outage = await open({ account: { clientSecret: secret } })
  outage.account.tokenEndpoint.fail()
  const refusal = await open({ credentials: { clientSecret: secret } })
  return {
    outage: await showsSecret(outage),
    refusal: await showsSecret(refusal),
    // Clients without axios return a response instead of throwing.
    token: kind === 'axios' ? await showsToken(open) : undefined,
  }
}

async function showsSecret({ client, credentials: { clientID, clientSecret } }) {
  const error = await client.request(PHYSICIANS).catch((reason) => reason)
  if (!(error instanceof Error)) throw new Error('the request did not fail')
  const shown = [
    String(error),
    error.stack,
    JSON.stringify(error, leaveOutCycles()),
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
  ].join('\n')
  const encoded = [encodeURIComponent(clientSecret), `${new URLSearchParams({ s: clientSecret })}`]
  const pairs = [
    [clientID, clientSecret],
    [encodeURIComponent(clientID), encoded[0]],
    [clientID, encoded[1].slice(2)],
  ]
  const forms = [
    clientSecret,
    encoded[0],
    encoded[1].slice(2),
    ...pairs.map((pair) => Buffer.from(pair.join(':')).toString('base64')),
  ]
  return forms.some((form) => shown.includes(form)) ? 'yes' : 'no'
}

async function showsToken(open) {
  const { account, client } = await open()
  await sendFirst(client)
  account.api.fail({ status: 404 })
  const error = await client.request(PHYSICIANS).catch((reason) => reason)
  const token = account.log.api.at(-1).headers.authorization.replace('Bearer ', '')
  return JSON.stringify(error).includes(token) ? 'yes' : 'no'
}

function leaveOutCycles() {
  const seen = new WeakSet()
  return (_, value) => {
    if (typeof value !== 'object' || value === null) return value
    if (seen.has(value)) return undefined
    seen.add(value)
    return value
  }
}
