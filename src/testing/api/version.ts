/** The versions of the REST API. v2 and v3 share their routes. */
export type Version = 'v2' | 'v3' | 'v4'

/** The version that a path belongs to, and what follows. Undefined outside the REST API. */
export function readVersion(path: string): { version: Version; rest: string } | undefined {
  const [, old, current, rest = ''] =
    /^\/(?:rest\/(v2)|integrations\/rest\/(v[34]))(\/.*)?$/is.exec(path) ?? []
  const version = (old ?? current)?.toLowerCase() as Version | undefined
  return version && { version, rest }
}
