/**
 * The contestants, in the order of the columns. Each has a file in this folder. The file contains only
 * what a user would write, because its size and import time are measured with it.
 */
export const CONTESTANTS = [
  {
    id: 'plugin',
    title: 'axios-caspio-auth',
    kind: 'axios',
    package: 'axios-caspio-auth',
    usage: 'README, the first example.',
  },
  {
    id: 'hand-written',
    title: 'hand-written pair',
    kind: 'axios',
    usage:
      "the two interceptors of axios's documentation (_Authentication_: _Bearer tokens_, _Token refresh_), for client credentials. The token is kept until a minute before it expires. All callers share one token request. A 401 is retried once.",
  },
  {
    id: 'auth-refresh',
    title: 'axios-auth-refresh',
    kind: 'axios',
    package: 'axios-auth-refresh',
    usage: 'README, _Usage_ and _Request interceptor_, with default options.',
  },
  {
    id: 'auth-refresh-best',
    title: 'axios-auth-refresh at its best',
    kind: 'axios',
    package: 'axios-auth-refresh',
    usage:
      'README, with _Deduplicate refresh calls_ switched off, and with _Retry instance_. We wrote the rest with care: all callers share one request for the first token, and a token that was replaced already is not requested again.',
  },
  {
    id: 'oauth-client',
    title: 'axios-oauth-client',
    kind: 'axios',
    package: 'axios-oauth-client',
    usage:
      'README, _Client Credentials grant_. The package only gets a token. Its user shares the token, keeps it until it expires, and sets the header.',
  },
  {
    id: 'token-interceptor',
    title: 'axios-token-interceptor',
    kind: 'axios',
    package: 'axios-token-interceptor',
    usage: 'README, _Caching_, with the `expires_in` that the token endpoint returns.',
  },
  {
    id: 'badgateway',
    title: '@badgateway/oauth2-client',
    kind: 'fetch',
    package: '@badgateway/oauth2-client',
    usage:
      'README, _Fetch Wrapper_, with the recommended `client_secret_post`. It wraps `fetch`, not axios.',
  },
  {
    id: 'azure',
    title: 'Azure bearer policy',
    kind: 'azure',
    package: '@azure/core-rest-pipeline',
    usage:
      "`bearerTokenAuthenticationPolicy` in a default pipeline, as in Azure's clients, with a credential for Caspio's token endpoint. It is included as a reference from another ecosystem. After a 401 it renews only if the answer contains a claims challenge of Entra ID, which Caspio does not send. It refuses plain http, so the comparison passes it https URLs and a client that sends http on loopback.",
  },
]
