import type { Route } from '../api/route.js'
import { BULK_ROUTES } from './bulk.js'
import { DESIGN_ROUTES } from './design.js'
import { ERROR_ROUTES } from './errors.js'
import { ME_ROUTES } from './me.js'
import { UNSERVED_ROUTES } from './not-implemented.js'
import { RECORD_ROUTES } from './records.js'

/** The operations of v4 that the stand-in account serves, and those that it only knows. */
export const V4_ROUTES: readonly Route[] = [
  ...ME_ROUTES,
  ...ERROR_ROUTES,
  ...DESIGN_ROUTES,
  ...RECORD_ROUTES,
  ...BULK_ROUTES,
  ...UNSERVED_ROUTES,
]
