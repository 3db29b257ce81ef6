// Runs a program as its users do: in a separate process, with the credentials in the environment.
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Resolves to the exit code. */
export async function runProgram(program, credentials, { cwd, env } = {}) {
  const child = spawn(process.execPath, [program], {
    cwd,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...env,
      CASPIO_CLIENT_ID: credentials.clientID,
      CASPIO_CLIENT_SECRET: credentials.clientSecret,
      CASPIO_TOKEN_ENDPOINT_URL: credentials.tokenEndpointURL,
    },
  })
  const [code] = await once(child, 'exit')
  return code ?? 1
}
