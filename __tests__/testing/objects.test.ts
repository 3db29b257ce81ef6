import { describe, expect, it } from 'vitest'
import { openAccount, openApi } from './client.js'

// biome-ignore lint/suspicious/noExplicitAny: tests look at any property of it
const bodyOf = (answer: Response): Promise<any> => answer.json()

async function openV3() {
  return openApi(await openAccount(), '/integrations/rest/v3')
}

const DateCreated = '2025-01-07T09:00:00Z'
const CreatedBy = 'Sample Administrator'
const TIMES = { DateCreated, CreatedBy, ModifiedBy: CreatedBy }
const HOOK_TIMES = { ...TIMES, LastModified: DateCreated }
const GUID = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)

describe('the sample objects', () => {
  it('are webhooks and their events', async () => {
    const call = await openV3()
    const [webhook] = await bodyOf(await call('/outgoingWebhooks'))
    expect(webhook).toEqual({
      Id: GUID,
      Status: 'Active',
      Name: 'New records',
      Description: '',
      OutgoingUrls: ['https://hooks.example.com/caspio'],
      CallThrottling: 60,
      ...HOOK_TIMES,
    })
    const path = `/outgoingWebhooks/${webhook.Id}`
    expect(await bodyOf(await call(path))).toEqual({
      ...webhook,
      Events: 1,
      Messages: 0,
      Calls: 0,
      Errors: 0,
    })
    const [event] = await bodyOf(await call(`${path}/events`))
    expect(event).toEqual({
      Id: GUID,
      Type: 'table.recordInsert',
      Status: 'Active',
      ObjectName: 'Physicians',
      ObjectId: GUID,
      ObjectFields: [],
      EventSources: ['Datasheet', 'DataPages', 'RESTAPIs', 'TriggeredActions', 'Tasks'],
      CustomPayloadFields: [],
      CustomPayloadTemplate: null,
      ...HOOK_TIMES,
    })
    expect(await bodyOf(await call(`${path}/events/${event.Id}`))).toMatchObject(event)
    for (const wrong of ['/outgoingWebhooks/x', `${path}/events/x`]) {
      expect((await call(wrong)).status).toBe(404)
    }
  })

  it('are tasks that run', async () => {
    const call = await openV3()
    const { Result } = await bodyOf(await call('/dataImportExportTasks'))
    expect(Result).toEqual([
      {
        Name: 'Nightly export',
        ExternalKey: GUID,
        Status: 'Ready',
        TaskTimeZone: 'UTC',
        Frequency: 'Every day',
        Note: '',
      },
    ])
    const path = `/dataImportExportTasks/${Result[0].ExternalKey}`
    expect(await bodyOf(await call(path))).toEqual({ Result: Result[0] })
    expect((await call(`${path}/run`, { method: 'POST' })).status).toBe(204)
    expect((await call('/dataImportExportTasks/x/run', { method: 'POST' })).status).toBe(404)
  })

  it('are applications and their DataPages', async () => {
    const call = await openV3()
    const { Result } = await bodyOf(await call('/bridgeApplications'))
    expect(Result).toEqual([
      {
        AppName: 'Front desk',
        ExternalKey: GUID,
        DataPagesCount: 1,
        DateCreated,
        DateModified: DateCreated,
        DefaultIcon: true,
        IconFileName: null,
      },
    ])
    const path = `/bridgeApplications/${Result[0].ExternalKey}`
    expect(await bodyOf(await call(path))).toEqual({ Result: Result[0] })
    const pages = (await bodyOf(await call(`${path}/datapages`))).Result
    expect(pages).toEqual([
      {
        Name: 'Search',
        AppKey: '5f0d3000a1b2c3d4e5f60718',
        Path: '/',
        Type: 'Report',
        Note: '',
        AppName: 'Front desk',
        DateModified: DateCreated,
        ...TIMES,
      },
    ])
    expect(await bodyOf(await call(`${path}/datapages/${pages[0].AppKey}`))).toEqual({
      Result: pages[0],
    })
    expect((await call(`${path}/datapages/x`)).status).toBe(404)
    expect((await call('/bridgeApplications/x')).status).toBe(404)
  })

  it('are directories, whose users can be queried', async () => {
    const call = await openV3()
    const { Result } = await bodyOf(await call('/directories'))
    expect(Result).toMatchObject([{ Name: 'Staff', NumberOfUsers: 2 }])
    const users = `/directories/${Result[0].Id}/users`
    const common = { _sign_in_method: 'Caspio', _2fa_status: 'Disabled', UserGUID: GUID }
    expect((await bodyOf(await call(users))).Result).toMatchObject([
      {
        FirstName: 'Nina',
        LastName: 'Abbott',
        Email: 'nina@example.com',
        _status: 'Active',
        ...common,
      },
      {
        FirstName: 'Omar',
        LastName: 'Reyes',
        Email: 'omar@example.com',
        _status: 'Locked',
        ...common,
      },
    ])
    const active = await call(`${users}?q.where=_status='Active'&q.select=Email`)
    expect(await bodyOf(active)).toEqual({ Result: [{ Email: 'nina@example.com' }] })
    expect((await call('/directories/x/users')).status).toBe(404)
  })

  it('watch no table if the account has none', async () => {
    const call = await openApi(await openAccount({ tables: {} }))
    const [webhook] = await bodyOf(await call('/outgoingWebhooks'))
    const [event] = await bodyOf(await call(`/outgoingWebhooks/${webhook.Id}/events`))
    expect(event.ObjectName).toBeNull()
  })

  it.each([
    'POST /outgoingWebhooks',
    'PUT /outgoingWebhooks/{webhookId}',
    'DELETE /outgoingWebhooks/{webhookId}',
    'POST /outgoingWebhooks/{webhookId}/events',
    'PUT /outgoingWebhooks/{webhookId}/events/{eventId}',
    'DELETE /outgoingWebhooks/{webhookId}/events/{eventId}',
    'GET /bridgeApplications/{externalKey}/datapages/{appKey}/deployment',
    'PUT /bridgeApplications/{externalKey}/datapages/{appKey}/deployment',
    'PUT /bridgeApplications/{externalKey}/datapages/deployment',
    'POST /directories/{directoryId}/users',
    'PUT /directories/{directoryId}/users',
    'DELETE /directories/{directoryId}/users',
    'POST /directories/{directoryId}/users/activate',
  ])('%s gets 501, which names it', async (operation) => {
    const call = await openV3()
    const [method = '', path = ''] = operation.split(' ')
    const answer = await call(path.replace(/\{\w+\}/g, 'x'), { method })
    expect(answer.status).toBe(501)
    const name = `${method} /v3${path}`
    expect((await bodyOf(answer)).Message).toBe(`The stand-in account does not implement ${name}.`)
  })
})
