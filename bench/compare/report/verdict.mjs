import { bestOf } from './standing.mjs'

/** The rows in which somebody is better than the plugin. */
export function lostRows(results) {
  return results.filter(({ row, cells }) => !bestOf(row, cells).includes('plugin'))
}

/** What the plugin is held to beside the rows. */
export function judgeTargets(costs) {
  const added = (name, id) => costs[name].values[id]?.added.value
  const ratio = (name, limit, part, whole) => ({ name, limit, measured: part / whole })
  return [
    ratio(
      "Time added per request, adapter stubbed, of the hand-written pair's",
      0.5,
      added('time-stubbed', 'plugin'),
      added('time-stubbed', 'hand-written'),
    ),
    ratio(
      "The same, of a bare axios request's time",
      0.05,
      added('time-stubbed', 'plugin'),
      costs['time-stubbed'].bare,
    ),
    ratio(
      "Time added per request over HTTP on loopback, of a bare axios request's time",
      0.01,
      added('time-loopback', 'plugin'),
      costs['time-loopback'].bare,
    ),
  ].map((target) => ({ ...target, isHeld: target.measured <= target.limit }))
}

/** What is wrong with a comparison, a line each. */
export function brokenRules(results, targets) {
  return [
    ...results.flatMap(({ row, cells }) =>
      Object.entries(cells)
        .filter(([, { differs }]) => differs)
        .map(([id, { differs }]) => `${row.name}: ${id} differs from run to run: ${differs}`),
    ),
    ...lostRows(results)
      .filter(({ row }) => !row.why)
      .map(({ row }) => `${row.name}: the plugin is not best, and nothing says why`),
    ...targets
      .filter(({ isHeld }) => !isHeld)
      .map(({ name, limit, measured }) => `${name}: ${percent(measured)}, over ${percent(limit)}`),
  ]
}

export function percent(share) {
  return `${(100 * share).toFixed(1)} %`
}
