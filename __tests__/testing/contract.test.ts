import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaspioAccount, startCaspioAccount } from '../../src/testing/index.js'
import { openAPI } from '../support/openapi.js'
import { type Call, openApi } from './client.js'

/** Calls an operation, once the path has its parameters and the account what the call needs. */
interface Attempt {
  path: string
  init?: RequestInit
  /** @default the only status that the contract has for success */
  status?: number
}

const PHOTOS = '/v3/tables/Photos'
const ALBUM = '/v3/views/Album'
const NOWHERE = '00000000-0000-4000-8000-000000000000'

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

const upload = (method: string, name: string): RequestInit => {
  const body = new FormData()
  body.append('File', new Blob(['content'], { type: 'image/png' }), name)
  return { method, body }
}

const row = { Title: 'Harbour', Taken: '2026-03-01T10:00:00', Tags: ['sea', 'boats'] }

/** What the account is asked for each operation. An operation without an attempt must answer 501. */
const attempts: Record<string, (keys: Record<string, string>) => Attempt[]> = {
  ListTables: () => [{ path: '/v3/tables' }],
  CreateTable: () => [
    {
      path: '/v3/tables',
      init: json('POST', { Name: 'Clinics', Fields: [{ Name: 'City', Type: 'STRING' }] }),
    },
  ],
  GetTable: () => [{ path: PHOTOS }],
  ListTableFields: () => [{ path: `${PHOTOS}/fields` }],
  CreateTableField: () => [
    { path: `${PHOTOS}/fields`, init: json('POST', { Name: 'Width', Type: 'INTEGER' }) },
  ],
  GetTableField: () =>
    ['Title', 'Tags', 'Code', 'Stamp', 'Picture'].map((field) => ({
      path: `${PHOTOS}/fields/${field}`,
    })),
  UpdateTableField: () => [
    { path: `${PHOTOS}/fields/Width`, init: json('PUT', { Label: 'In pixels' }) },
  ],
  DeleteTableField: () => [{ path: `${PHOTOS}/fields/Width`, init: { method: 'DELETE' } }],
  ...recordAttempts('Table', PHOTOS),
  ...recordAttempts('View', ALBUM),
  ListPasswordTableFields: () => [{ path: `${PHOTOS}/passwordFields` }],
  UpdatePasswordTableField: () => [
    { path: `${PHOTOS}/passwordFields/Secret?q.where=PK_ID=1`, init: json('PUT', { Value: 'x' }) },
  ],
  ResetPasswordTableField: () => [
    { path: `${PHOTOS}/passwordFields/Secret?q.where=PK_ID=1`, init: { method: 'DELETE' } },
  ],
  ListViews: () => [{ path: '/v3/views' }],
  GetView: () => [{ path: ALBUM }],
  ListViewFields: () => [{ path: `${ALBUM}/fields` }],
  GetViewField: () => [{ path: `${ALBUM}/fields/Title` }],
  ListFilesFolders: () => [{ path: '/v3/files/folders?sortField=DateCreated' }],
  GetFilesFolderMetadataByKey: ({ folder }) => [{ path: `/v3/files/folders/${folder}` }],
  ListFiles: ({ folder }) => [
    { path: '/v3/files' },
    { path: `/v3/files?externalKey=${folder}&sortField=Size&sortDescending=true` },
  ],
  UploadFiles: () => [{ path: '/v3/files', init: upload('POST', 'new.png') }],
  UpdateFile: () => [
    { path: '/v3/files', init: upload('PUT', 'new.png'), status: 200 },
    { path: '/v3/files', init: upload('PUT', 'newer.png'), status: 201 },
  ],
  GetFileMetadataByKey: ({ file }) => [{ path: `/v3/files/${file}/fileInfo` }],
  DownloadFileByKey: ({ file }) => [{ path: `/v3/files/${file}` }],
  DeleteFileByKey: ({ file }) => [{ path: `/v3/files/${file}`, init: { method: 'DELETE' } }],
  GetFileMetadataByPath: () => [{ path: '/v3/files/path/fileInfo?filePath=/images/b.png' }],
  DownloadFileByPath: () => [{ path: '/v3/files/path?filePath=/images/b.png' }],
  DeleteFileByPath: () => [
    { path: '/v3/files/path?filePath=/images/b.png', init: { method: 'DELETE' } },
  ],
  ListOutgoingWebhooks: () => [{ path: '/v3/outgoingWebhooks' }],
  GetOutgoingWebhook: ({ webhook }) => [{ path: `/v3/outgoingWebhooks/${webhook}` }],
  ListOutgoingWebhookEvents: ({ webhook }) => [{ path: `/v3/outgoingWebhooks/${webhook}/events` }],
  GetOutgoingWebhookEvent: ({ webhook, event }) => [
    { path: `/v3/outgoingWebhooks/${webhook}/events/${event}` },
  ],
  ListDataImportExportTasks: () => [{ path: '/v3/dataImportExportTasks' }],
  GetDataImportExportTask: ({ task }) => [{ path: `/v3/dataImportExportTasks/${task}` }],
  RunDataImportExportTask: ({ task }) => [
    { path: `/v3/dataImportExportTasks/${task}/run`, init: { method: 'POST' } },
  ],
  ListBridgeApplications: () => [{ path: '/v3/bridgeApplications' }],
  GetBridgeApplication: ({ app }) => [{ path: `/v3/bridgeApplications/${app}` }],
  ListBridgeApplicationDataPages: ({ app }) => [
    { path: `/v3/bridgeApplications/${app}/datapages` },
  ],
  GetBridgeApplicationDataPage: ({ app, page }) => [
    { path: `/v3/bridgeApplications/${app}/datapages/${page}` },
  ],
  ListDirectories: () => [{ path: '/v3/directories' }],
  ListDirectoryUsers: ({ directory }) => [{ path: `/v3/directories/${directory}/users` }],
}

function recordAttempts(kind: 'Table' | 'View', base: string): typeof attempts {
  const records = `${base}/records`
  const picture = `${base}/attachments/Picture`
  const one = 'q.where=PK_ID=1'
  return {
    [`List${kind}Records`]: () => [
      { path: records },
      { path: `${records}?${one}&q.select=Title&q.orderBy=Title&q.pageSize=5&q.pageNumber=1` },
    ],
    [`Create${kind}Record`]: () => [
      { path: `${records}?response=rows`, init: json('POST', row) },
      { path: records, init: json('POST', row) },
    ],
    [`Update${kind}Records`]: () => [
      { path: `${records}?${one}`, init: json('PUT', { Title: 'Pier' }) },
      { path: `${records}?${one}&response=rows`, init: json('PUT', { Title: null }) },
    ],
    [`Delete${kind}Records`]: () => [
      { path: `${records}?q.where=PK_ID=2`, init: { method: 'DELETE' } },
    ],
    [`UploadFileToAttachment${kind}Field`]: () => [
      { path: `${picture}/1`, init: upload('PUT', 'a.png') },
    ],
    [`DownloadFileFromAttachment${kind}Field`]: () => [{ path: `${picture}/1` }],
    [`GetFileMetadataFromAttachment${kind}Fields`]: () => [
      { path: `${picture}/fileInfo` },
      { path: `${picture}/fileInfo?${one}` },
    ],
    [`UpdateFileMetadataInAttachment${kind}Fields`]: () => [
      { path: `${picture}/fileInfo?${one}`, init: json('PUT', { FileName: 'b.png' }) },
      {
        path: `${picture}/fileInfo?${one}&response=rows`,
        init: json('PUT', { FileName: 'c.png' }),
      },
    ],
    [`DeleteFileFromAttachment${kind}Fields`]: () => [
      { path: `${picture}?${one}`, init: { method: 'DELETE' } },
    ],
  }
}

/** In this order, each call finds what it needs. */
const first = ['CreateTableField', 'UpdateTableField', 'UploadFileToAttachmentTableField']
const firstForView = 'UploadFileToAttachmentViewField'
const last = /^Delete|^Reset/

const operations = [...(openAPI?.operations ?? [])].sort(
  (one, other) => rank(one.operationId) - rank(other.operationId),
)

function rank(operation: string): number {
  if (first.includes(operation)) return first.indexOf(operation)
  if (operation === firstForView) return first.length
  return last.test(operation) ? 9 : 8
}

if (openAPI === undefined) {
  console.log('Skipped the contract test: set CASPIO_OPENAPI to the OpenAPI file of v3.')
}

describe.skipIf(openAPI === undefined)('the contract of v3', () => {
  let account: CaspioAccount
  let call: Call
  const keys: Record<string, string> = {}

  beforeAll(async () => {
    account = await startCaspioAccount({
      tables: {
        Photos: {
          rows: [row, { Title: 'Field' }, { Title: 'Street' }],
          fields: {
            Taken: 'DATE/TIME',
            Tags: { Type: 'LIST-STRING', ListField: ['sea', 'boats'] },
            Picture: { Type: 'ATTACHMENT', AttachmentPermittedFileTypes: ['png'] },
            Secret: 'PASSWORD',
            Code: { Type: 'RANDOM ID', Format: '0U', Prefix: 'P-', Length: 8 },
            Stamp: { Type: 'TIMESTAMP', OnInsert: true, OnUpdate: true },
          },
        },
      },
      views: { Album: { table: 'Photos', fields: ['Title', 'Taken', 'Tags', 'Picture'] } },
      files: { '/images/a.png': 'a', '/images/b.png': { content: 'b', contentType: 'image/png' } },
    })
    call = await openApi(account, '/integrations/rest')
    const firstIn = async (path: string) => {
      const body = await (await call(path)).json()
      return (Array.isArray(body) ? body : body.Result)[0]
    }
    keys.folder = (await firstIn('/v3/files/folders')).ExternalKey
    keys.file = (await firstIn(`/v3/files?externalKey=${keys.folder}`)).ExternalKey
    keys.webhook = (await firstIn('/v3/outgoingWebhooks')).Id
    keys.event = (await firstIn(`/v3/outgoingWebhooks/${keys.webhook}/events`)).Id
    keys.task = (await firstIn('/v3/dataImportExportTasks')).ExternalKey
    keys.app = (await firstIn('/v3/bridgeApplications')).ExternalKey
    keys.page = (await firstIn(`/v3/bridgeApplications/${keys.app}/datapages`)).AppKey
    keys.directory = (await firstIn('/v3/directories')).Id
  })
  afterAll(() => account.close())

  it('has all the operations that the account is asked for', () => {
    const known = operations.map(({ operationId }) => operationId)
    expect(Object.keys(attempts).filter((name) => !known.includes(name))).toEqual([])
    expect(known).toHaveLength(70)
  })

  it.each(operations)('$operationId: $method $path', async (operation) => {
    const { operationId, method, path, responses } = operation
    const makeAttempts = attempts[operationId]
    if (makeAttempts === undefined) {
      const answer = await call(path.replace(/\{\w+\}/g, 'x'), { method })
      expect(answer.status).toBe(501)
      expect(await answer.json()).toMatchObject({
        Code: 'NotImplemented',
        Message: `The stand-in account does not implement ${method} ${path}.`,
      })
      return
    }
    const successes = Object.keys(responses).filter((status) => status.startsWith('2'))
    for (const { path: target, init, status = Number(successes[0]) } of makeAttempts(keys)) {
      expect(init?.method ?? 'GET').toBe(method)
      const answer = await call(target, init)
      const text = await answer.clone().text()
      expect([answer.status, answer.ok ? '' : text]).toEqual([status, ''])
      await checkAnswer(answer, responses[status]?.content)
    }
  })

  /** Judges the type and the body of an answer. */
  async function checkAnswer(
    answer: Response,
    content: Record<string, { schema?: object }> | undefined,
  ): Promise<void> {
    const schema = content?.['application/json']?.schema as { format?: string } | undefined
    const text = await answer.text()
    if (schema === undefined) {
      expect(text).toBe('')
      return
    }
    if (schema.format === 'binary') {
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment;/)
      return
    }
    // An insert without `response=rows` has no body.
    if (answer.status === 201 && text === '') return
    const [type] = (answer.headers.get('content-type') ?? '').split(';')
    expect(Object.keys(content ?? {})).toContain(type)
    expect(openAPI?.faults(schema, JSON.parse(text))).toEqual([])
  }

  const withParameter = operations.filter(
    ({ operationId, path, responses }) =>
      attempts[operationId] && path.includes('{') && '404' in responses,
  )
  it.each(withParameter)('$operationId of an unknown object is 404', async ({ method, path }) => {
    const target = path.replace(/\{\w+\}/g, NOWHERE)
    const answer = await call(
      `${target}?q.where=PK_ID=1`,
      method === 'GET' ? {} : json(method, row),
    )
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ Code: 'ObjectNotFound' })
  })

  it.each(operations)(
    '$operationId without a token is 401',
    async ({ method, path, responses }) => {
      expect(Object.keys(responses)).toContain('401')
      const answer = await fetch(`${account.url}/integrations/rest${path}`, { method })
      expect(answer.status).toBe(401)
    },
  )
})

it.skipIf(openAPI !== undefined)('the contract of v3 is not here', () => {})
