import type { InternalAxiosRequestConfig } from 'axios'

/**
 * Names what a 401 may be about, if it is not about the token: the method and the URL, without the
 * query. Of a table or a view only the name counts, not the record.
 */
export function resourceOf({ method, baseURL, url }: InternalAxiosRequestConfig): string {
  return [method, baseURL, url].join(' ').replace(/[?#].*|(\/(?:tables|views)\/[^/?#]+).*/i, '$1')
}
