export { createCallMeter, summariseCalls } from './call-meter.js'
export type {
  BillingOptions,
  BillingPeriod,
  CallCount,
  CallDelta,
  CallKind,
  CallMeter,
  CallMeterOptions,
  CallPace,
  CallRow,
  CallSummary,
  CallsOfResource,
} from './types.js'
