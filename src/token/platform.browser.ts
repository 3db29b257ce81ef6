import type { AxiosRequestConfig } from 'axios'

// In the build for browsers, this file takes the place of platform.ts. A page cannot choose how it
// connects, and all browsers know the cache mode.

export const SERVER_KEYS = ''

export const forTokenRequest = (settings: AxiosRequestConfig): AxiosRequestConfig => settings

export const noStore = (): RequestCache => 'no-store'
