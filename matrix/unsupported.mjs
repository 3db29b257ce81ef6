const WORKERD = /^workerd/

/**
 * What is known not to work, and not claimed: in which cells, which of their checks (all where none
 * is named), and why. Each is a footnote of the page, and a line of the README.
 */
const UNSUPPORTED = [
  {
    runtime: WORKERD,
    module: /compatibility date 2025-08-31/,
    checks: ['redirect'],
    why: 'Before the compatibility date 2025-09-01 (flag `strip_authorization_on_cross_origin_redirect`) workerd lets the `Authorization` header follow a redirect to another origin, and a fetch adapter is not asked. Set a later date.',
  },
  {
    runtime: WORKERD,
    axios: /^1\.1\d\./,
    checks: ['stream'],
    why: 'Bare axios before 1.21 finds no streams in a worker: it looks for them when it is loaded, where workerd allows no `new Response()`.',
  },
  {
    runtime: WORKERD,
    axios: /^1\.20\.0$/,
    why: 'Bare axios 1.20.0 sends no request in a worker: it sets a cache mode, which workerd refuses. 1.21.0 does not.',
  },
]

/** Why this check of this cell need not succeed, or undefined where it must. */
export function whyUnsupported({ runtime, module, axios }, check) {
  return UNSUPPORTED.find(
    (one) =>
      one.runtime.test(runtime.name) &&
      (one.module?.test(module) ?? true) &&
      (one.axios?.test(axios) ?? true) &&
      (one.checks?.includes(check) ?? true),
  )?.why
}
