import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CaspioAccount,
  type CaspioRight,
  startCaspioAccount,
} from '../../src/testing/index.js'
import { askTokenFor, type Token } from './client.js'

const RIGHTS: CaspioRight[] = ['read', 'insert', 'update', 'delete', 'design']
const OBJECTS = [
  'tables',
  'views',
  'files',
  'outgoingWebhooks',
  'dataImportExportTasks',
  'bridgeApplications',
  'directories',
]

const grant = (rights: CaspioRight[]) => ({
  permissions: Object.fromEntries(OBJECTS.map((object) => [object, rights])),
})

/** The right that each operation needs. */
const V3: Record<string, CaspioRight> = {
  'POST /tables': 'design',
  'POST /tables/Orders/fields': 'design',
  'PUT /tables/Orders/fields/x': 'design',
  'DELETE /tables/Orders/fields/x': 'design',
  'GET /tables/Orders/passwordFields': 'read',
  'PUT /tables/Orders/passwordFields/x': 'update',
  'DELETE /tables/Orders/passwordFields/x': 'update',
  ...sourceRights('/tables/Orders'),
  ...sourceRights('/views/Open'),
  'GET /files': 'read',
  'POST /files': 'insert',
  'PUT /files': 'update',
  'GET /files/folders': 'read',
  'GET /files/folders/x': 'read',
  'GET /files/x': 'read',
  'DELETE /files/x': 'delete',
  'GET /files/x/fileInfo': 'read',
  'GET /files/path': 'read',
  'DELETE /files/path': 'delete',
  'GET /files/path/fileInfo': 'read',
  'GET /outgoingWebhooks': 'read',
  'GET /outgoingWebhooks/x': 'read',
  'GET /outgoingWebhooks/x/events': 'read',
  'GET /outgoingWebhooks/x/events/x': 'read',
  'GET /dataImportExportTasks': 'read',
  'GET /dataImportExportTasks/x': 'read',
  'POST /dataImportExportTasks/x/run': 'update',
  'GET /bridgeApplications': 'read',
  'GET /bridgeApplications/x': 'read',
  'GET /bridgeApplications/x/datapages': 'read',
  'GET /bridgeApplications/x/datapages/x': 'read',
  'GET /directories': 'read',
  'GET /directories/x/users': 'read',
}

function sourceRights(path: string): Record<string, CaspioRight> {
  return {
    [`GET ${path}`]: 'read',
    [`GET ${path}/fields`]: 'read',
    [`GET ${path}/fields/x`]: 'read',
    [`GET ${path}/records`]: 'read',
    [`POST ${path}/records`]: 'insert',
    [`PUT ${path}/records`]: 'update',
    [`DELETE ${path}/records`]: 'delete',
    [`GET ${path}/attachments/x/1`]: 'read',
    [`PUT ${path}/attachments/x/1`]: 'update',
    [`DELETE ${path}/attachments/x`]: 'update',
    [`GET ${path}/attachments/x/fileInfo`]: 'read',
    [`PUT ${path}/attachments/x/fileInfo`]: 'update',
  }
}

const V4: Record<string, CaspioRight> = Object.fromEntries(
  ['/tables/Orders', '/views/Open'].flatMap((path) => [
    [`GET ${path}`, 'read'],
    [`GET ${path}/fields`, 'read'],
    [`GET ${path}/fields/x`, 'read'],
    [`GET ${path}/records`, 'read'],
    [`POST ${path}/records`, 'insert'],
    [`GET ${path}/records/1`, 'read'],
    [`PUT ${path}/records/1`, 'update'],
    [`PATCH ${path}/records/1`, 'update'],
    [`DELETE ${path}/records/1`, 'delete'],
    [`POST ${path}/records/bulk`, 'insert'],
    [`PATCH ${path}/records/bulk`, 'update'],
    [`DELETE ${path}/records/bulk`, 'delete'],
  ]),
)

describe.each([
  ['v3', V3],
  ['v4', V4],
])('in %s', (version, rights) => {
  let account: CaspioAccount
  const tokens = new Map<string, string>()

  /** What the API answers to the profile of this name. */
  async function statusOf(operation: string, profile: string): Promise<number> {
    const [method = '', path = ''] = operation.split(' ')
    const headers = { Authorization: `Bearer ${tokens.get(profile)}` }
    const url = `${account.url}/integrations/rest/${version}${path}`
    return (await fetch(url, { method, headers })).status
  }

  beforeAll(async () => {
    const profiles = RIGHTS.flatMap((right) => [
      [`only ${right}`, grant([right])],
      [`not ${right}`, grant(RIGHTS.filter((other) => other !== right))],
    ])
    account = await startCaspioAccount({
      tables: { Orders: [{ Total: 1 }] },
      views: { Open: { table: 'Orders' } },
      profiles: Object.fromEntries(profiles),
    })
    for (const [name, { credentials }] of Object.entries(account.profiles)) {
      const { access_token } = (await (await askTokenFor(credentials)).json()) as Token
      tokens.set(name, access_token)
    }
  })
  afterAll(() => account.close())

  it.each(Object.entries(rights))('%s needs the right to %s, and no other', async (call, right) => {
    expect(await statusOf(call, `not ${right}`)).toBe(403)
    expect(await statusOf(call, `only ${right}`)).not.toBe(403)
  })
})
