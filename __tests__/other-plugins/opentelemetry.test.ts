import { createRequire } from 'node:module'
import { context, propagation, type TextMapPropagator, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CaspioAccount } from '../../src/testing/index.js'
import { fakeClocks } from '../support/clocks.js'
import { HOUR } from '../support/durations.js'
import { witness } from '../support/hygiene.js'
import { describeEachOrder, PHYSICIANS, startWithCompanion, startWithoutPlugin } from './support.js'

const exporter = new InMemorySpanExporter()
const tracer = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
}).getTracer('test')

/** Sends the traceparent header of the W3C. */
const traceparent: TextMapPropagator = {
  inject(active, carrier, setter) {
    const span = trace.getSpanContext(active)
    if (span) setter.set(carrier, 'traceparent', `00-${span.traceId}-${span.spanId}-01`)
  },
  extract: (active) => active,
  fields: () => ['traceparent'],
}

const instrumentation = new HttpInstrumentation({
  enabled: false,
  disableIncomingRequestInstrumentation: true,
})
instrumentation.setTracerProvider({ getTracer: () => tracer })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
propagation.setGlobalPropagator(traceparent)

/** Enables the instrumentation. It patches a module at the next require(). */
function instrument(): void {
  instrumentation.enable()
  createRequire(import.meta.url)('http')
}

beforeEach(() => {
  instrumentation.disable()
})

afterAll(() => {
  instrumentation.disable()
  context.disable()
  propagation.disable()
})

/** Runs the user's work in a new span. */
function traced<T>(name: string, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, (span) => work().finally(() => span.end()))
}

/** Method, path and status of each HTTP span, and the name of its parent. */
function spansOf({ url }: CaspioAccount): [string, string | undefined][] {
  const spans: ReadableSpan[] = witness(exporter.getFinishedSpans())
  const nameOf = (id: string | undefined) =>
    spans.find((span) => span.spanContext().spanId === id)?.name
  return spans.flatMap(({ attributes, parentSpanContext }) => {
    const target = `${attributes['url.full']}`
    if (!target.startsWith(url)) return []
    const words = [
      attributes['http.request.method'],
      target.slice(url.length),
      attributes['http.response.status_code'],
    ]
    return [[words.join(' '), nameOf(parentSpanContext?.spanId)]]
  })
}

const CALL = `/rest/v2${PHYSICIANS}`

describeEachOrder('OpenTelemetry’s http instrumentation, enabled %s the plugin', (order) => {
  it('creates a span for the 401, the token request and the resend, inside the caller’s span', async () => {
    const { account, api } = await startWithCompanion(order, instrument)
    const alone = await startWithoutPlugin(() => {})
    account.revoke()
    exporter.reset()
    await traced('caller', () => api.get(PHYSICIANS))
    await traced('another', () => alone.api.get(PHYSICIANS))
    expect(spansOf(account)).toEqual([
      [`GET ${CALL} 401`, 'caller'],
      ['POST /oauth/token 200', 'caller'],
      [`GET ${CALL} 200`, 'caller'],
    ])
    expect(spansOf(alone.account)).toEqual([[`GET ${CALL} 200`, 'another']])
  })

  it('sends the traceparent of the second span with the resend', async () => {
    const { account, api } = await startWithCompanion(order, instrument)
    account.revoke()
    exporter.reset()
    await traced('caller', () => api.get(PHYSICIANS))
    const spans = exporter.getFinishedSpans().map((span) => span.spanContext())
    const sent = account.log.api.map(({ headers }) => headers.traceparent)
    const [rejected, , resent] = spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`)
    expect(sent).toEqual([rejected, resent])
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  })

  it('keeps the traces of callers apart who share a token request', async () => {
    const { account, api } = await startWithCompanion(order, instrument)
    const inInterceptor: (string | undefined)[] = []
    api.interceptors.response.use((response) => {
      const active = trace.getActiveSpan() as ReadableSpan | undefined
      inInterceptor.push(active?.name)
      return response
    })
    account.revoke()
    exporter.reset()
    const names = ['first', 'second', 'third']
    await Promise.all(names.map((name) => traced(name, () => api.get(PHYSICIANS))))
    expect(account.log.token).toHaveLength(1)
    const spans = spansOf(account)
    for (const status of [401, 200]) {
      const owners = spans.filter(([what]) => what === `GET ${CALL} ${status}`)
      expect(owners.map(([, owner]) => owner).sort()).toEqual(names)
    }
    const owners = spans.filter(([what]) => what === 'POST /oauth/token 200')
    expect(names).toContain(owners[0]?.[1])
    expect(owners).toHaveLength(1)
    expect(inInterceptor.sort()).toEqual(names)
  })

  describe('a renewal in the background', () => {
    fakeClocks()

    it('is a span of the caller who caused it', async () => {
      const { account, api } = await startWithCompanion(order, instrument)
      exporter.reset()
      vi.advanceTimersByTime(23.5 * HOUR)
      await traced('caller', () => api.get(PHYSICIANS))
      await vi.waitUntil(() => spansOf(account).length === 2)
      expect(spansOf(account)).toEqual(
        expect.arrayContaining([
          [`GET ${CALL} 200`, 'caller'],
          ['POST /oauth/token 200', 'caller'],
        ]),
      )
    })
  })
})
