import type { CaspioAccessToken } from '../../contract/types.js'

export const FORMATS = ['json', 'header', 'export'] as const

type Format = (typeof FORMATS)[number]

/** The token in one line. It has no character that a header or a shell could take amiss (RFC 6750). */
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
