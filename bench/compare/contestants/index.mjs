/**
 * Who is compared, in the order of the columns. Each has a file here, which holds what its user
 * writes and nothing else: its size and its import time are measured with it.
 */
export const CONTESTANTS = [
  {
    id: 'plugin',
    title: 'axios-caspio-auth',
    kind: 'axios',
    package: 'axios-caspio-auth',
    usage: 'as in the first example of its README.',
  },
  {
    id: 'hand-written',
    title: 'hand-written pair',
    kind: 'axios',
    usage:
      "the pair of interceptors of axios's own documentation (_Authentication_: _Bearer tokens_, _Token refresh_) for client credentials. The token is kept until a minute before it expires, all who need a new one share one request for it, and a 401 is retried once.",
  },
  {
    id: 'auth-refresh',
    title: 'axios-auth-refresh',
    kind: 'axios',
    package: 'axios-auth-refresh',
    usage: 'README, _Usage_ and _Request interceptor_, default options.',
  },
  {
    id: 'auth-refresh-best',
    title: 'axios-auth-refresh at its best',
    kind: 'axios',
    package: 'axios-auth-refresh',
    usage:
      'README, _Deduplicate refresh calls_, switched off, and _Retry instance_. Its user has written the rest with care: one request for the first token, and none for a token that is replaced already.',
  },
  {
    id: 'oauth-client',
    title: 'axios-oauth-client',
    kind: 'axios',
    package: 'axios-oauth-client',
    usage:
      'README, _Client Credentials grant_. It ends where the token is there; that the token is shared, kept until it expires and put on each request is the least that its user adds.',
  },
  {
    id: 'token-interceptor',
    title: 'axios-token-interceptor',
    kind: 'axios',
    package: 'axios-token-interceptor',
    usage: 'README, _Caching_, with the life that the token endpoint tells.',
  },
  {
    id: 'badgateway',
    title: '@badgateway/oauth2-client',
    kind: 'fetch',
    package: '@badgateway/oauth2-client',
    usage:
      'README, _Fetch Wrapper_, with `client_secret_post`, which it recommends. It wraps `fetch`, not axios.',
  },
  {
    id: 'azure',
    title: 'Azure bearer policy',
    kind: 'azure',
    package: '@azure/core-rest-pipeline',
    usage:
      "`bearerTokenAuthenticationPolicy` in a default pipeline, as Azure's own clients have it, with a credential for Caspio's token endpoint. It is a reference from another ecosystem. It renews after a 401 only when a claims challenge of Entra ID asks for it, which Caspio does not send. It refuses plain http, so it is given https URLs and a client that speaks http on loopback.",
  },
]
