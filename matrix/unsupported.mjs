const WORKERD = /^workerd/

/**
 * What is known not to work: in which cells, which checks (all if none is named), and why. Each is a
 * footnote of docs/compatibility.md.
 */
const UNSUPPORTED = [
  {
    runtime: WORKERD,
    module: /compatibility date 2025-08-31/,
    checks: ['redirect'],
    why: 'Before the compatibility date 2025-09-01 (flag `strip_authorization_on_cross_origin_redirect`) workerd keeps the `Authorization` header when a redirect leads to another origin, and a fetch adapter cannot prevent it. Set a later date.',
  },
  {
    runtime: WORKERD,
    axios: /^1\.(\d|1\d)\./,
    checks: ['stream'],
    why: 'axios before 1.21 does not support streams in a worker, with or without the plugin: it tests for them while it loads, when workerd does not allow `new Response()`.',
  },
  {
    runtime: WORKERD,
    axios: /^1\.20\.0$/,
    why: 'axios 1.20.0 cannot send requests in a worker, with or without the plugin: it sets a cache mode that workerd refuses. axios 1.21.0 does not set it.',
  },
]

/** Why this check of this cell may fail, or undefined if it must succeed. */
export function whyUnsupported({ runtime, module, axios }, check) {
  return UNSUPPORTED.find(
    (one) =>
      one.runtime.test(runtime.name) &&
      (one.module?.test(module) ?? true) &&
      (one.axios?.test(axios) ?? true) &&
      (one.checks?.includes(check) ?? true),
  )?.why
}
