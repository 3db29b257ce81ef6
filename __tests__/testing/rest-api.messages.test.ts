import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaspioAccount, startCaspioAccount } from '../../src/testing/index.js'
import { type Call, openApi, resultOf } from './client.js'

const ORDERS = '/v3/tables/Orders'
const ONE = 'q.where=PK_ID=1'
const TYPES =
  'STRING, TEXT, PASSWORD, NUMBER, INTEGER, CURRENCY, DATE/TIME, YES/NO, FILE, ATTACHMENT, LIST-STRING, LIST-NUMBER, LIST-DATE/TIME, AUTONUMBER, PREFIXED AUTONUMBER, RANDOM ID, GUID, TIMESTAMP'

let account: CaspioAccount
let call: Call

beforeAll(async () => {
  account = await startCaspioAccount({
    tables: {
      Orders: {
        rows: [{ Name: 'a' }],
        fields: { Photo: 'ATTACHMENT', Login: 'PASSWORD' },
      },
    },
    views: { Open: { table: 'Orders' } },
    files: { '/a.png': 'a' },
  })
  call = await openApi(account, '/integrations/rest')
})
afterAll(() => account.close())

describe('what does not exist is named', () => {
  it.each([
    ['/v3/tables/Nope/records', 'table Nope'],
    ['/v3/views/Nope/records', 'view Nope'],
    [`${ORDERS}/fields/Nope`, 'field Nope'],
    [`${ORDERS}/attachments/Photo/9`, 'record 9'],
    [`${ORDERS}/attachments/Photo/1`, 'file in Photo of record 1'],
    ['/v3/files/x', 'file x'],
    ['/v3/files/path?filePath=/x', 'file /x'],
    ['/v3/files/folders/x', 'folder x'],
    ['/v3/files?externalKey=x', 'folder x'],
    ['/v3/outgoingWebhooks/x', 'webhook x'],
    ['/v3/dataImportExportTasks/x', 'task x'],
    ['/v3/bridgeApplications/x', 'application x'],
    ['/v3/directories/x/users', 'directory x'],
    ['/v4/tables/x', 'table x'],
    ['/v4/views/x', 'view x'],
    ['/v4/tables/Orders/records/9', 'record 9'],
    ['/v4/errors/x', 'error x'],
  ])('%s: there is no %s', async (path, name) => {
    const answer = await call(path)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({
      Code: 'ObjectNotFound',
      Message: `There is no ${name}.`,
    })
  })

  it.each([
    ['outgoingWebhooks', 'Id', 'events', 'event'],
    ['bridgeApplications', 'ExternalKey', 'datapages', 'DataPage'],
  ])('also within one of the %s', async (path, key, parts, name) => {
    const body = await (await call(`/v3/${path}`)).json()
    const [object] = Array.isArray(body) ? body : body.Result
    const answer = await call(`/v3/${path}/${object[key]}/${parts}/x`)
    expect(await answer.json()).toMatchObject({ Message: `There is no ${name} x.` })
  })
})

describe('what is wrong with a call is named', () => {
  it.each<[call: string, body: unknown, message: string]>([
    [
      'POST /v3/tables',
      { Name: '1a', Fields: [] },
      'Name must consist of letters, digits and underscores, and begin with a letter.',
    ],
    ['POST /v3/tables', { Name: 'orders' }, 'There is already a table or view orders.'],
    ['POST /v3/tables', { Name: 'OPEN' }, 'There is already a table or view OPEN.'],
    ['POST /v3/tables', { Name: 'Clinics', Fields: [] }, 'Fields must be an array of fields.'],
    ['POST /v3/tables', { Name: 'Clinics' }, 'Fields must be an array of fields.'],
    [`POST ${ORDERS}/fields`, { Name: 'City' }, 'A field needs a Name and a Type.'],
    [`POST ${ORDERS}/fields`, { Type: 'STRING' }, 'A field needs a Name and a Type.'],
    ['POST /v3/tables', { Name: 'New', Fields: ['City'] }, 'A field must be a JSON object.'],
    [`POST ${ORDERS}/fields`, { Colour: 1 }, 'A field has no property Colour.'],
    [`POST ${ORDERS}/fields`, { ListField: ['a', 1] }, 'ListField must be an array of strings.'],
    [`POST ${ORDERS}/fields`, { Length: 1.5 }, 'Length must be an integer.'],
    [`POST ${ORDERS}/fields`, { Label: 1 }, 'Label must be a string.'],
    [`POST ${ORDERS}/fields`, { Name: 'City', Type: 'COLOUR' }, `Type must be one of ${TYPES}.`],
    [
      `POST ${ORDERS}/fields`,
      { Name: 'name', Type: 'STRING' },
      "The table already has a field 'name'.",
    ],
    [`PUT ${ORDERS}/fields/Photo`, { Name: 'Login' }, "The table already has a field 'Login'."],
    [
      `PUT ${ORDERS}/fields/Login`,
      { Type: 'STRING' },
      'A field cannot be changed to or from the type PASSWORD.',
    ],
    [`POST ${ORDERS}/records`, { Name: 'a', name: 'b' }, 'The body names Name twice.'],
    [
      `POST ${ORDERS}/records`,
      { Photo: 'a.png' },
      'Photo cannot be written with the record: its type is ATTACHMENT.',
    ],
    [`PUT ${ORDERS}/fields/Name`, {}, 'The body names no property.'],
    [`PUT ${ORDERS}/fields/PK_ID`, { Label: 'Key' }, 'PK_ID cannot be changed.'],
    [`PUT ${ORDERS}/passwordFields/Nope?${ONE}`, {}, 'There is no password field Nope.'],
    [`PUT ${ORDERS}/passwordFields/Name?${ONE}`, {}, 'There is no password field Name.'],
    [`PUT ${ORDERS}/passwordFields/Login?${ONE}`, { Value: 5 }, 'Value must be a string or null.'],
    [
      `PUT ${ORDERS}/attachments/Photo/fileInfo?${ONE}`,
      { FileName: '' },
      'FileName must be a string.',
    ],
    [
      `PUT ${ORDERS}/attachments/Photo/fileInfo?${ONE}`,
      { FileName: 5 },
      'FileName must be a string.',
    ],
    [
      'POST /v4/tables/Orders/records/bulk',
      [],
      'The body must be a JSON array of 1 to 1000 records.',
    ],
    [
      'POST /v4/tables/Orders/records/bulk',
      Array(1_001).fill({}),
      'The body must be a JSON array of 1 to 1000 records.',
    ],
    [
      'PATCH /v4/tables/Orders/records/bulk',
      { where: 'PK_ID=1', recordValues: {} },
      'recordValues must be an object that names a field.',
    ],
    [
      'DELETE /v4/tables/Orders/records/bulk',
      { where: ' ' },
      'where is required, for instance "where": "PK_ID=1".',
    ],
    [
      'DELETE /v4/tables/Orders/records/bulk',
      { where: 1 },
      'where is required, for instance "where": "PK_ID=1".',
    ],
    [
      'DELETE /v4/tables/Orders/records/bulk',
      { where: 'PK_ID=' },
      'where is wrong at its end: a field or a value is expected here.',
    ],
    ['PATCH /v4/tables/Orders/records/1', {}, 'The body names no field.'],
  ])('%s (%#)', async (operation, body, message) => {
    const [method = '', path = ''] = operation.split(' ')
    const answer = await call(path, { method, body: JSON.stringify(body) })
    expect(((await answer.json()) as { Message: string }).Message).toBe(message)
    expect(await resultOf(await call(`${ORDERS}/records`))).toHaveLength(1)
  })

  it.each([
    ['pageSize=4', 'pageSize must be an integer from 5 to 1000, got: 4'],
    ['pageSize=1001', 'pageSize must be an integer from 5 to 1000, got: 1001'],
    ['pageSize=5x', 'pageSize must be an integer from 5 to 1000, got: 5x'],
    ['pageSize=+5', 'pageSize must be an integer from 5 to 1000, got:  5'],
    [
      'sortField=Colour',
      'sortField must be one of Name, Size, ContentType, DateCreated, LastModified, got: Colour',
    ],
  ])('GET /v3/files?%s', async (search, message) => {
    const answer = await call(`/v3/files?${search}`)
    expect(((await answer.json()) as { Message: string }).Message).toBe(message)
  })

  it('GET /v3/files/path without a path', async () => {
    const answer = await call('/v3/files/path')
    const message = 'filePath is required, for instance filePath=/images/logo.png.'
    expect(await answer.json()).toMatchObject({ Message: message })
  })

  it.each([
    ['POST', ['a.png'], 409, 'There is already a file a.png.'],
    ['PUT', ['b.png', 'c.png'], 400, 'The body holds more than one file.'],
  ])('%s /v3/files with %j', async (method, names, status, message) => {
    const body = new FormData()
    for (const name of names) body.append('File', new Blob(['x']), name)
    const answer = await call('/v3/files', { method, body })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ Message: message })
  })
})
