// The first line of each program here. Where no CASPIO_* variable names an account, the stage.mjs
// beside the program runs it on a stand-in account, in a process of its own, and that is all.
const { spawnSync } = require('node:child_process')
const { dirname, join } = require('node:path')

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']

if (!VARIABLES.some((name) => process.env[name]?.trim())) {
  const program = process.argv[1]
  const stage = join(dirname(program), 'stage.mjs')
  const { status } = spawnSync(process.execPath, [stage, program], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
