import type { InternalAxiosRequestConfig } from 'axios'

/**
 * Names what a 401 may be about, if it is not about the token: the method, and a table, a view, or a
 * kind of objects, such as all files. Other URLs count as a whole, without the query.
 */
export function resourceOf({ method, baseURL, url }: InternalAxiosRequestConfig): string {
  return [method, baseURL, url]
    .join(' ')
    .replace(/[?#].*|(\/v\d+[ /]+(?:(?:tables|views)\/)?[^/?#]+).*/i, '$1')
}
