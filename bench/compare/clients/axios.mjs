import axios from 'axios'

/** `transport` is an adapter. */
export function create(attach, account, { transport, ...options }) {
  const api = axios.create({
    baseURL: `${account.url}/rest/v2`,
    ...(transport && { adapter: transport }),
    ...options,
  })
  attach?.(api, account.credentials)
  return { api, request: (config) => api.request(config) }
}
