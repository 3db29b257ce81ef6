import type { Route } from '../api/route.js'
import { ATTACHMENT_ROUTES } from './attachments.js'
import { FILE_ROUTES } from './files.js'
import { OBJECT_ROUTES } from './objects.js'
import { PASSWORD_FIELD_ROUTES } from './password-fields.js'
import { RECORD_ROUTES } from './table-records.js'
import { TABLE_ROUTES } from './tables.js'

/** All operations of v3. v2 serves the same. */
export const V3_ROUTES: readonly Route[] = [
  ...TABLE_ROUTES,
  ...RECORD_ROUTES,
  ...PASSWORD_FIELD_ROUTES,
  ...ATTACHMENT_ROUTES,
  ...FILE_ROUTES,
  ...OBJECT_ROUTES,
]
