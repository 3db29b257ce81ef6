import { NAME } from './arguments.js'

const VALUES = `The three values are CASPIO_CLIENT_ID, CASPIO_CLIENT_SECRET and CASPIO_TOKEN_ENDPOINT_URL,
from the environment or from a file (--env-file .env). They stand in the Caspio account
under Access permissions > Web services profiles > (profile).`

const COMMON = `  --env-file FILE     values that the environment does not have
  --timeout SECONDS   for one request; 10 if not said
  --client-authentication basic|body
                      how the client authenticates; basic if not said`

const EXIT_CODES = 'Exit code: 0 if all is well, 1 if something failed, 2 for a wrong command line.'

export const OVERVIEW = `Usage: ${NAME} <command> [options]

Commands:
  check   are the three values right? From the values to the API, step by step
  token   prints an access token: as JSON, as a header line, or for a shell
  demo    shows the plugin at work, on a stand-in account in its own process

${VALUES}

Options:
  -h, --help      also after a command: ${NAME} check --help
  -v, --version

${EXIT_CODES}`

const HELP = {
  check: `Usage: ${NAME} check [options]

Are the three values there, does the host answer, does the token endpoint take the client, how
long does the token live, and does it open REST v2 and v3? What fails comes with what to do
about it. No secret is printed.

${VALUES}

Options:
${COMMON}
  --json              the steps as JSON

Caspio bills three calls: a token request, which takes one of the account's 1,000 refresh
tokens, and GET /tables of v2 and of v3. Where the client is refused there are up to three token
requests: the other client authentication, and ID and secret swapped, are tried as well. Whether
the host answers is seen by its front page, which is none of the API's.

${EXIT_CODES}`,

  token: `Usage: ${NAME} token [options]

Prints an access token.

${VALUES}

Options:
${COMMON}
  --format FORMAT     json     {"access_token":"…","token_type":"bearer","expires_in":86399}
                      header   Authorization: Bearer …
                      export   export CASPIO_ACCESS_TOKEN='…'
                      json if not said
  --store FILE        keeps the token in FILE, which its owner alone can read, and takes it from
                      there while it lives for five minutes more
  --renew             another token, even if the one in FILE lives

Examples:
  curl -H "$(npx ${NAME} token --store ~/.caspio-token.json --format header)" \\
    https://a1bcd234.caspio.com/rest/v2/tables
  eval "$(npx ${NAME} token --format export)"

Caspio bills one call for a token that is not taken from FILE. Without FILE every one takes one
of the account's 1,000 refresh tokens. FILE is as good as the token: keep it to yourself.

${EXIT_CODES}`,

  demo: `Usage: ${NAME} demo [options]

Shows the plugin at work as a timeline, on a stand-in account in its own process: it needs no
account, no network and no values.

Options:
  --real              on your own account instead, read-only. Caspio bills six calls: a token
                      request and five times GET /tables
  --env-file FILE     for --real: values that the environment does not have

${EXIT_CODES}`,
}

export type Command = keyof typeof HELP

export const COMMANDS = Object.keys(HELP) as readonly Command[]

export function helpOf(command: Command): string {
  return HELP[command]
}
