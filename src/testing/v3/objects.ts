import { jsonAnswer, NO_CONTENT } from '../answer.js'
import { type ApiCall, notImplemented, type Route } from '../api/route.js'
import { found } from '../api/sources.js'
import {
  type BridgeApplication,
  SAMPLE_TIMES,
  type Webhook,
  type WebhookEvent,
} from '../data/sample-objects.js'
import { LIST_PARAMETERS, readParameters } from '../query/read-parameters.js'
import { runQuery } from '../query/run-query.js'

const { DateCreated, CreatedBy } = SAMPLE_TIMES
const UNCHANGED = { LastModified: DateCreated, ModifiedBy: CreatedBy, DateCreated, CreatedBy }
const NO_TRAFFIC = { Messages: 0, Calls: 0, Errors: 0 }
const HOOKS = '/outgoingWebhooks'
const HOOK = `${HOOKS}/{webhookId}`
const EVENT = `${HOOK}/events/{eventId}`
const TASKS = '/dataImportExportTasks'
const APPS = '/bridgeApplications'
const PAGES = `${APPS}/{externalKey}/datapages`
const USERS = '/directories/{directoryId}/users'

/** What clients can list and get, but not change: webhooks, tasks, applications and directories. */
export const OBJECT_ROUTES: readonly Route[] = [
  get(HOOKS, ({ data }) => data.objects.webhooks.map(describeWebhook)),
  get(HOOK, (call) => {
    const webhook = findWebhook(call)
    return { ...describeWebhook(webhook), Events: webhook.events.length, ...NO_TRAFFIC }
  }),
  get(`${HOOK}/events`, (call) => findWebhook(call).events.map(describeEvent)),
  get(EVENT, (call) => {
    const id = call.path.eventId
    const event = findWebhook(call).events.find(({ Id }) => Id === id)
    return { ...describeEvent(found(event, `event ${id}`)), ...NO_TRAFFIC }
  }),
  get(TASKS, ({ data }) => ({ Result: data.objects.tasks })),
  get(`${TASKS}/{externalKey}`, (call) => ({ Result: findTask(call) })),
  {
    method: 'POST',
    path: `${TASKS}/{externalKey}/run`,
    right: 'update',
    answer: (call) => {
      findTask(call)
      return NO_CONTENT
    },
  },
  get(APPS, ({ data }) => ({
    Result: data.objects.applications.map(describeApplication),
  })),
  get(`${APPS}/{externalKey}`, (call) => ({
    Result: describeApplication(findApplication(call)),
  })),
  get(PAGES, (call) => ({ Result: dataPages(call) })),
  get(`${PAGES}/{appKey}`, (call) => {
    const key = call.path.appKey
    return {
      Result: found(
        dataPages(call).find(({ AppKey }) => AppKey === key),
        `DataPage ${key}`,
      ),
    }
  }),
  get('/directories', ({ data }) => ({
    Result: data.objects.directories.map(({ Id, users }) => ({
      Id,
      Name: users.name,
      NumberOfUsers: users.rows.length,
      DateCreated,
      DateUpdated: DateCreated,
      CreatedBy,
      UpdatedBy: CreatedBy,
    })),
  })),
  get(USERS, ({ data, path, request }) => {
    const directory = data.objects.directories.find(({ Id }) => Id === path.directoryId)
    const { users } = found(directory, `directory ${path.directoryId}`)
    return runQuery(users, readParameters(request.query, 'q.', LIST_PARAMETERS))
  }),
  notImplemented('POST', HOOKS),
  notImplemented('PUT', HOOK),
  notImplemented('DELETE', HOOK),
  notImplemented('POST', `${HOOK}/events`),
  notImplemented('PUT', EVENT),
  notImplemented('DELETE', EVENT),
  notImplemented('GET', `${PAGES}/{appKey}/deployment`),
  notImplemented('PUT', `${PAGES}/{appKey}/deployment`),
  notImplemented('PUT', `${PAGES}/deployment`),
  notImplemented('POST', USERS),
  notImplemented('PUT', USERS),
  notImplemented('DELETE', USERS),
  notImplemented('POST', `${USERS}/activate`),
]

function get(path: string, body: (call: ApiCall) => unknown): Route {
  return {
    method: 'GET',
    path,
    right: 'read',
    answer: (call) => jsonAnswer(200, body(call)),
  }
}

function findWebhook({ data, path }: ApiCall): Webhook {
  const webhook = data.objects.webhooks.find(({ Id }) => Id === path.webhookId)
  return found(webhook, `webhook ${path.webhookId}`)
}

function describeWebhook({ events: _, ...webhook }: Webhook) {
  return { ...webhook, CallThrottling: 60, ...UNCHANGED }
}

function describeEvent(event: WebhookEvent) {
  return { ...event, ...UNCHANGED }
}

function findTask({ data, path }: ApiCall) {
  const task = data.objects.tasks.find(({ ExternalKey }) => ExternalKey === path.externalKey)
  return found(task, `task ${path.externalKey}`)
}

function findApplication({ data, path }: ApiCall): BridgeApplication {
  const { externalKey } = path
  const application = data.objects.applications.find(
    ({ ExternalKey }) => ExternalKey === externalKey,
  )
  return found(application, `application ${externalKey}`)
}

function describeApplication({ AppName, ExternalKey, dataPages: pages }: BridgeApplication) {
  return {
    AppName,
    ExternalKey,
    DataPagesCount: pages.length,
    DateCreated,
    DateModified: DateCreated,
    DefaultIcon: true,
    IconFileName: null,
  }
}

function dataPages(call: ApiCall) {
  const { AppName, dataPages: pages } = findApplication(call)
  const times = { DateCreated, DateModified: DateCreated, CreatedBy, ModifiedBy: CreatedBy }
  return pages.map((page) => ({ ...page, AppName, ...times }))
}
