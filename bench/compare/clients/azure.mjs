import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from '@azure/core-rest-pipeline'
import { decode, encode, resolveURL } from './index.mjs'

/** `transport` is the pipeline's `HttpClient`. */
export function create(
  attach,
  account,
  { transport = createLoopbackClient(), headers: defaultHeaders },
) {
  const pipeline = createPipelineFromOptions({})
  attach?.(pipeline, account.credentials)

  async function request({ url, method = 'GET', data, signal }) {
    const isForm = data instanceof FormData
    const { body, headers } = encode(isForm ? undefined : data, defaultHeaders)
    const sent = createPipelineRequest({
      // The policy refuses plain http.
      url: resolveURL(url, account).replace(/^http:/, 'https:'),
      method: method.toUpperCase(),
      headers: createHttpHeaders(headers),
      ...(isForm ? { formData: Object.fromEntries(data) } : { body }),
      ...(signal && { abortSignal: signal }),
    })
    const { status, bodyAsText } = await pipeline.sendRequest(transport, sent)
    return { status, data: decode(bodyAsText) }
  }
  return { request }
}

/** Takes https URLs and sends http requests, because the stand-in account has no TLS. */
function createLoopbackClient() {
  const client = createDefaultHttpClient()
  return {
    async sendRequest(request) {
      const { url } = request
      request.allowInsecureConnection = true
      request.url = url.replace(/^https:/, 'http:')
      try {
        return await client.sendRequest(request)
      } finally {
        request.url = url
      }
    },
  }
}
