import { bestOf } from './standing.mjs'

/** The rows in which another contestant is better than the plugin. */
export function lostRows(results) {
  return results.filter(({ row, cells }) => !bestOf(row, cells).includes('plugin'))
}

/** Checks the plugin's targets. */
export function judgeTargets(costs) {
  const added = (name, id) => costs[name].values[id]?.added.value
  const ratio = (name, limit, part, whole) => ({ name, limit, measured: part / whole })
  return [
    ratio(
      'Time added per request, with a stubbed adapter, relative to the hand-written pair',
      0.5,
      added('time-stubbed', 'plugin'),
      added('time-stubbed', 'hand-written'),
    ),
    ratio(
      'The same, relative to a request with axios alone',
      0.05,
      added('time-stubbed', 'plugin'),
      costs['time-stubbed'].baseline,
    ),
    ratio(
      'Time added per request, over HTTP on loopback, relative to a request with axios alone',
      0.01,
      added('time-loopback', 'plugin'),
      costs['time-loopback'].baseline,
    ),
  ].map((target) => ({ ...target, isHeld: target.measured <= target.limit }))
}

/** The problems of a comparison, one line each. */
export function brokenRules(results, targets) {
  return [
    ...results.flatMap(({ row, cells }) =>
      Object.entries(cells)
        .filter(([, { differs }]) => differs)
        .map(([id, { differs }]) => `${row.name}: ${id} differs from run to run: ${differs}`),
    ),
    ...lostRows(results)
      .filter(({ row }) => !row.why)
      .map(({ row }) => `${row.name}: the plugin is not best, and no reason is given`),
    ...targets
      .filter(({ isHeld }) => !isHeld)
      .map(({ name, limit, measured }) => `${name}: ${percent(measured)}, over ${percent(limit)}`),
  ]
}

export function percent(share) {
  return `${(100 * share).toFixed(1)}%`
}
