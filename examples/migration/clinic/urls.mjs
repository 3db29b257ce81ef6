// The absolute URLs of all call sites.
const { origin } = new URL(read('CASPIO_TOKEN_ENDPOINT_URL'))

export const PHYSICIANS = `${origin}/rest/v2/tables/Physicians/records`
export const APPOINTMENTS = `${origin}/integrations/rest/v3/tables/Appointments/records`
export const FILES = `${origin}/rest/v2/files`
export const CARRIER = read('CARRIER_URL')

function read(name) {
  const value = process.env[name]
  if (!value) throw new Error(`set ${name} in the environment`)
  return value
}
