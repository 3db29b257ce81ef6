export * as shipping from '../shipping.mjs'
export * as appointments from './appointments.mjs'
export * as files from './files.mjs'
export * as physicians from './physicians.mjs'
