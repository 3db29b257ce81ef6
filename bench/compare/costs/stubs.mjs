import { AxiosError } from 'axios'

const RECORDS = '{"Result":[]}'
// As long as Caspio's tokens.
const TOKEN = `{"access_token":"${'x'.repeat(340)}","token_type":"bearer","expires_in":86399}`

/**
 * A transport that answers immediately from memory.
 *
 * @param rejectEvery how often a request is answered with 401: once in so many requests
 */
export async function createStub(kind, rejectEvery = Number.POSITIVE_INFINITY) {
  let sent = 0
  const isRejected = () => ++sent % rejectEvery === 0
  return { axios: axiosStub, fetch: fetchStub, azure: azureStub }[kind](isRejected)
}

function axiosStub(isRejected) {
  return async (config) => {
    // The plugin sends its token request through the instance's adapter.
    const isToken = config.url.endsWith('/oauth/token')
    const status = !isToken && isRejected() ? 401 : 200
    const data = isToken ? TOKEN : RECORDS
    const response = { data, status, statusText: '', headers: {}, config, request: {} }
    if (status === 200) return response
    throw new AxiosError('rejected', AxiosError.ERR_BAD_REQUEST, config, {}, response)
  }
}

function fetchStub(isRejected) {
  return async () => (isRejected() ? { ok: false, status: 401 } : { ok: true, status: 200 })
}

async function azureStub(isRejected) {
  const { createHttpHeaders } = await import('@azure/core-rest-pipeline')
  const headers = createHttpHeaders()
  return {
    sendRequest: async (request) => ({
      status: isRejected() ? 401 : 200,
      headers,
      request,
      bodyAsText: RECORDS,
    }),
  }
}
