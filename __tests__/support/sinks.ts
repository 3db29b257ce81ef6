import type { CaspioAuth } from '../../src/index.js'
import type { CallMeterOptions } from '../../src/metering/index.js'

type Sink = Required<Pick<CallMeterOptions, 'read' | 'write'>>

interface Sinks {
  jsonLinesSink(file: string): Sink
  redisSink(client: object, name?: string): Sink
  postgresSink(pool: object): Sink
  caspioTableSink(
    auth: CaspioAuth,
    origin: string,
    options?: { table?: string; timeout?: number },
  ): Sink
  readonly CREATE_TABLES: string
}

/** Where the sinks are. A bundled program cannot find them and gets this URL. */
export const SINKS = new URL('../../examples/metering/sinks/', import.meta.url).href

/** The exports of a sink in `examples/metering/sinks`. */
export async function importSink<Name extends keyof Sinks>(
  file: string,
  folder = SINKS,
): Promise<Pick<Sinks, Name>> {
  return import(new URL(file, folder).href)
}
