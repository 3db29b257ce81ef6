// Counts the calls that Caspio bills in an OpenTelemetry metric. If no CASPIO_* variable is set, it
// starts a stand-in account.
// Run: node examples/metering/opentelemetry.mjs
import { metrics } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import axios from 'axios'
import { attachCaspioAuth, credentialsFromEnv } from 'axios-caspio-auth'
import { startStandInIfNeeded } from '../support/stand-in.mjs'

// Your application probably does this already, with an OTLPMetricExporter.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter })
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

const account = await startStandInIfNeeded()
const credentials = credentialsFromEnv()
const { origin } = new URL(credentials.tokenEndpointURL)

const calls = metrics.getMeter('caspio').createCounter('caspio.api.calls', {
  description: 'Calls that Caspio bills',
  unit: '{call}',
})
const api = axios.create({ baseURL: `${origin}/integrations/rest/v3` })
attachCaspioAuth(api, credentials, {
  onEvent({ type, resent, status }) {
    if (type !== 'api-call' && type !== 'token-request') return
    const kind = type === 'token-request' ? 'token' : resent ? 'resend' : 'call'
    // Without an answer, only Caspio knows whether it received the call.
    const isAnswered = status !== undefined
    calls.add(1, { 'caspio.call.kind': kind, 'caspio.call.answered': isAnswered })
  },
})

const getTenTimes = () => Promise.all(Array.from({ length: 10 }, () => api.get('/tables')))
await getTenTimes()
if (account) {
  account.revoke()
  await getTenTimes()
}

await reader.forceFlush()
const [{ scopeMetrics }] = exporter.getMetrics()
for (const { descriptor, dataPoints } of scopeMetrics[0].metrics) {
  for (const { attributes, value } of dataPoints) console.log(descriptor.name, attributes, value)
}
await reader.shutdown()
await account?.close()
