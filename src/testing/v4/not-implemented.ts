import { notImplemented, type Route } from '../api/route.js'

const FIELD_OF_RECORD = '{recordPkId}/attachments/{fieldName}'
const BULK_FILES = 'bulk/attachments/{fieldName}'
const EVENTS = '/outgoingWebhooks/{webhookId}/events'
const PAGES = '/bridgeApplications/{appId}/dataPages'

const recordPaths = (records: string): [path: string, methods: string][] => [
  [`${records}/${FIELD_OF_RECORD}`, 'GET PUT DELETE'],
  [`${records}/${BULK_FILES}`, 'DELETE'],
  [`${records}/${BULK_FILES}/fileInfo`, 'GET PATCH'],
  [`${records}/bulk/attachments`, 'POST'],
]

/** The operations of v4 that are known and that the stand-in account does not serve, by path. */
const OPERATIONS: readonly [path: string, methods: string][] = [
  ['/schemas/directories', 'GET'],
  ['/schemas/outgoingWebhooks', 'GET'],
  ['/aiManifest', 'GET'],
  ['/tables', 'POST'],
  ['/tables/{tableId}/fields', 'POST'],
  ['/tables/{tableId}/fields/{fieldName}', 'PATCH DELETE'],
  ['/tables/{tableId}/records/bulk/passwordFields/{fieldName}', 'PATCH DELETE'],
  ...recordPaths('/tables/{tableId}/records'),
  ...recordPaths('/views/{viewId}/records'),
  ['/directories', 'GET'],
  ['/directories/{directoryId}', 'GET'],
  ['/directories/{directoryId}/fields', 'GET POST'],
  ['/directories/{directoryId}/fields/{fieldName}', 'GET PATCH DELETE'],
  ['/directories/{directoryId}/users', 'GET POST'],
  ['/directories/{directoryId}/users/bulk', 'POST PATCH DELETE'],
  ['/directories/{directoryId}/users/{userId}', 'PATCH DELETE'],
  ['/directories/{directoryId}/users/{userId}/activate', 'POST'],
  ['/directories/{directoryId}/users/{userId}/attachments/{fieldName}', 'GET PUT DELETE'],
  [`/directories/{directoryId}/users/${BULK_FILES}/fileInfo`, 'GET PATCH'],
  ['/fileAssets/files', 'GET PUT'],
  ['/fileAssets/files/search', 'GET'],
  ['/fileAssets/files/bulk', 'POST'],
  ['/fileAssets/files/{fileId}', 'GET DELETE'],
  ['/fileAssets/files/{fileId}/fileInfo', 'GET'],
  ['/fileAssets/files/path', 'GET DELETE'],
  ['/fileAssets/files/path/fileInfo', 'GET'],
  ['/fileAssets/folders', 'GET POST'],
  ['/fileAssets/folders/search', 'GET'],
  ['/fileAssets/folders/{folderId}', 'GET'],
  ['/outgoingWebhooks', 'GET POST'],
  ['/outgoingWebhooks/{webhookId}', 'GET PATCH DELETE'],
  ['/outgoingWebhooks/{webhookId}/regenerateSecret', 'PATCH'],
  [EVENTS, 'GET POST'],
  [`${EVENTS}/{eventId}`, 'GET PATCH DELETE'],
  ['/dataImportExportTasks', 'GET'],
  ['/dataImportExportTasks/{taskId}', 'GET'],
  ['/dataImportExportTasks/{taskId}/run', 'POST'],
  ['/flexApplications', 'GET'],
  ['/flexApplications/{appId}', 'GET'],
  ['/bridgeApplications', 'GET'],
  ['/bridgeApplications/{appId}', 'GET'],
  [PAGES, 'GET'],
  [`${PAGES}/{appKey}`, 'GET'],
  [`${PAGES}/{appKey}/deployment`, 'GET PUT'],
  [`${PAGES}/bulk/deployment`, 'PUT'],
]

export const UNSERVED_ROUTES: readonly Route[] = OPERATIONS.flatMap(([path, methods]) =>
  methods.split(' ').map((method) => notImplemented(method, path)),
)
