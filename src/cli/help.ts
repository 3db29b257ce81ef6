import { NAME } from './arguments.js'
import type { HelpPage } from './help-layout.js'

const VALUES =
  'The three values are CASPIO_CLIENT_ID, CASPIO_CLIENT_SECRET and CASPIO_TOKEN_ENDPOINT_URL. Set them in the environment or in a file (--dotenv .env). Find them in your Caspio account, under Access permissions > Web services profiles > (profile).'

const REQUEST_OPTIONS = [
  [
    '--dotenv FILE',
    'Read from FILE the values that the environment does not set. --env-file works, too, but Node reads FILE first and reports its errors.',
  ],
  ['--timeout SECONDS', 'Stop waiting for an answer after SECONDS (default: 10).'],
  [
    '--client-authentication basic|body',
    'Send the client ID and the secret in an HTTP Basic header or in the body (default: basic).',
  ],
] as const

const EXIT_CODES = 'Exit code: 0 for success, 1 for a failure, 2 for a mistake in the command line.'

export const OVERVIEW: HelpPage = [
  `Usage: ${NAME} <command> [options]`,
  {
    title: 'Commands',
    rows: [
      ['check', 'Check your three values step by step, and see how to fix what fails.'],
      ['token', 'Print an access token as JSON, as a header, or for a shell.'],
      ['demo', 'See the plugin at work. You need no Caspio account for this.'],
      ['serve', 'Start a stand-in Caspio account for tests in any language.'],
      ['usage', 'Show how many calls your processes made in this billing period.'],
    ],
  },
  {
    title: 'Options',
    rows: [
      ['-h, --help', 'Show this help. After a command, show the help of that command.'],
      ['-v, --version', 'Show the version.'],
    ],
  },
  VALUES,
  EXIT_CODES,
]

const check: HelpPage = [
  `Usage: ${NAME} check [options]`,
  'Checks step by step that the three values are set, that the host answers, that the token endpoint accepts the client, and that REST v3 and v4 accept the token. Then it says which tables and views the profile can see, how many calls it may make, and when the token expires. If a step fails, it says how to fix that. It prints no secret.',
  VALUES,
  { title: 'Options', rows: [...REQUEST_OPTIONS, ['--json', 'Print the steps as JSON.']] },
  "Caspio may bill four calls: a token request, the lists of tables and of views (REST v3), and the facts about the profile (REST v4). The token request uses one of the account's 1,000 refresh tokens. If Caspio refuses the client, check sends up to two more token requests: one with the other client authentication, and one with the ID and the secret swapped. To see whether the host answers, check requests its front page, which is not an API call.",
  EXIT_CODES,
]

const token: HelpPage = [
  `Usage: ${NAME} token [options]`,
  'Prints an access token.',
  VALUES,
  {
    title: 'Options',
    rows: [
      ...REQUEST_OPTIONS,
      ['--format FORMAT', 'Print the token as json, header or export (default: json).'],
      [
        '--store FILE',
        'Save the token in FILE, with access for your user only. Use it again until five minutes before it expires.',
      ],
      ['--renew', 'Get another token, even if the one in FILE is still valid.'],
    ],
  },
  {
    title: 'Formats',
    rows: [
      ['json', 'an object with access_token, token_type and expires_in'],
      ['header', 'Authorization: Bearer …'],
      ['export', "export CASPIO_ACCESS_TOKEN='…'"],
    ],
  },
  {
    title: 'Examples',
    code: [
      `curl -H "$(npx ${NAME} token --store ~/.caspio-token.json --format header)" \\`,
      '  https://a1bcd234.caspio.com/integrations/rest/v3/tables',
      `eval "$(npx ${NAME} token --format export)"`,
    ],
  },
  "Caspio may bill one call for each token that does not come from FILE. Without --store, each token uses one of the account's 1,000 refresh tokens. Anybody who can read FILE can use the token, so do not copy or commit it.",
  EXIT_CODES,
]

const demo: HelpPage = [
  `Usage: ${NAME} demo [options]`,
  'Shows the plugin at work on a stand-in account that runs in the same process. You need no Caspio account, no network and no values.',
  {
    title: 'Options',
    rows: [
      [
        '--real',
        'Use your own account instead. The demo only reads. Caspio may bill six calls: a token request and five requests for the list of tables.',
      ],
      [
        '--dotenv FILE',
        'With --real: read from FILE the values that the environment does not set.',
      ],
    ],
  },
  EXIT_CODES,
]

const serve: HelpPage = [
  `Usage: ${NAME} serve [options]`,
  'Starts a stand-in Caspio account for programs in any language, and prints its URLs and the credentials to use. Each start generates new credentials, unless FILE sets them. The account listens on 127.0.0.1 only, until you stop it with Ctrl+C. Then everything that clients wrote is lost.',
  {
    title: 'Options',
    rows: [
      ['--port PORT', 'Listen on PORT (default: any free port).'],
      [
        '--data FILE',
        'Start with the data in FILE instead of the sample tables. FILE is JSON: the rows of each table by its name, or an object with tables, views, files, profiles, clientID and clientSecret, as startCaspioAccount takes them.',
      ],
    ],
  },
  {
    title: 'Examples',
    code: [
      `echo '{ "Orders": [{ "Status": "Open", "Total": 12.5 }] }' > tables.json`,
      `npx ${NAME} serve --port 8080 --data tables.json`,
    ],
  },
  EXIT_CODES,
]

const usage: HelpPage = [
  `Usage: ${NAME} usage [options]`,
  'Shows the calls of this billing period by day and by resource, and how many the whole period will have at this pace. The counts come from the meters of your processes (axios-caspio-auth/metering), which write them with redisSink() or jsonLinesSink(). Both are in the package, in the folder examples/metering/sinks. A count like 10–12 says that Caspio received at least 10 calls and at most 12.',
  {
    title: 'Options',
    rows: [
      [
        '--redis URL',
        'Read what redisSink() wrote. This uses the package redis or ioredis that your project has installed.',
      ],
      [
        '--name NAME',
        'With --redis: the name that you passed to redisSink() (default: caspio-calls).',
      ],
      ['--file FILE', 'Read what jsonLinesSink() wrote.'],
      [
        '--time-zone ZONE',
        'The time zone of your account, such as America/New_York (default: UTC).',
      ],
      [
        '--billing-day DAY',
        'The day on which the billing period begins, from 1 to 28 (default: 1).',
      ],
      ['--plan CALLS', 'Compare with the calls of your plan.'],
      ['--json', 'Print the counts as JSON.'],
    ],
  },
  {
    title: 'Examples',
    code: [
      `npx ${NAME} usage --file calls.jsonl --plan 100000`,
      `npx ${NAME} usage --redis redis://127.0.0.1:6379 --time-zone America/New_York \\`,
      '  --billing-day 27 --plan 100000',
    ],
  },
  EXIT_CODES,
]

const PAGES = { check, token, demo, serve, usage }

export type Command = keyof typeof PAGES

export const COMMANDS = Object.keys(PAGES) as readonly Command[]

export function helpFor(command: Command): HelpPage {
  return PAGES[command]
}
