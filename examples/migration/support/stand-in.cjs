// Each program here loads this file first. If no CASPIO_* variable is set, this file starts the
// stage.mjs beside the program, which runs the program again with a stand-in account. Then it exits.
const { spawnSync } = require('node:child_process')
const { dirname, join } = require('node:path')

const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']

if (!VARIABLES.some((name) => process.env[name]?.trim())) {
  const program = process.argv[1]
  const stage = join(dirname(program), 'stage.mjs')
  const { status } = spawnSync(process.execPath, [stage, program], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
