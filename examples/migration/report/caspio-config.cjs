// The account, and the token of the day from .env, where the cron job leaves it.
const { existsSync, readFileSync } = require('node:fs')

// As dotenv does it: what the environment has already stays.
const text = existsSync('.env') ? readFileSync('.env', 'utf8') : ''
for (const [, name, value] of text.matchAll(/^(\w+)=(.*)$/gm)) process.env[name] ??= value

module.exports = {
  accessToken: process.env.CASPIO_ACCESS_TOKEN,
  clientID: process.env.CASPIO_CLIENT_ID,
  clientSecret: process.env.CASPIO_CLIENT_SECRET,
  tokenEndpointURL: process.env.CASPIO_TOKEN_ENDPOINT_URL,
}
