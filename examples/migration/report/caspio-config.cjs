// The account's credentials, and the token that the cron job wrote to .env.
const { existsSync, readFileSync } = require('node:fs')

// Like dotenv: does not overwrite variables that are set already.
const text = existsSync('.env') ? readFileSync('.env', 'utf8') : ''
for (const [, name, value] of text.matchAll(/^(\w+)=(.*)$/gm)) process.env[name] ??= value

module.exports = {
  accessToken: process.env.CASPIO_ACCESS_TOKEN,
  clientID: process.env.CASPIO_CLIENT_ID,
  clientSecret: process.env.CASPIO_CLIENT_SECRET,
  tokenEndpointURL: process.env.CASPIO_TOKEN_ENDPOINT_URL,
}
