import type { CaspioAccessToken } from '../../contract/types.js'

export const FORMATS = ['json', 'header', 'export'] as const

type Format = (typeof FORMATS)[number]

/** Formats a token as one line. Its characters (RFC 6750) need no quoting in a header or a shell. */
export function formatToken(token: CaspioAccessToken, format: Format): string {
  switch (format) {
    case 'json':
      return JSON.stringify(token)
    case 'header':
      return `Authorization: Bearer ${token.access_token}`
    case 'export':
      return `export CASPIO_ACCESS_TOKEN='${token.access_token}'`
  }
}
