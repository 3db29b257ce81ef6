import { getEventListeners } from 'node:events'
import { quietHeap } from '../support/quiet-heap.mjs'

const ATTACHMENTS = Symbol.for('axios-caspio-auth.attachments')

/** Counts what might leak, by name. The heap is in kB. */
export async function measure(runs, worlds) {
  for (const { settle } of worlds) await settle()
  const heap = await quietHeap()
  const resources = process.getActiveResourcesInfo()
  const active = (pattern) => resources.filter((name) => pattern.test(name)).length
  const sum = (count) => runs.reduce((total, run) => total + count(run), 0)
  return {
    'heap, kB': Math.round(heap / 1_000),
    'interceptor slots': sum(
      ({ api: { interceptors } }) =>
        interceptors.request.handlers.length + interceptors.response.handlers.length,
    ),
    interceptors: sum(({ api }) => api.interceptors.request.handlers.filter(Boolean).length),
    attachments: sum(({ api }) => api[ATTACHMENTS].notInherited.length),
    'listeners on shared signals': sum(({ signal }) => getEventListeners(signal, 'abort').length),
    'subscribers of shared cancelTokens': sum(
      ({ cancelToken }) => cancelToken._listeners?.length ?? 0,
    ),
    'process listeners': process
      .eventNames()
      .reduce((total, name) => total + process.listenerCount(name), 0),
    sockets: active(/^TCP(Socket|Connect)|^GetAddrInfo/),
    timers: active(/^(Timeout|Immediate)$/),
  }
}
