type State = ReadonlyMap<string, unknown>

/** What test files that run in the same process share, by name. */
export function processState(): State {
  const state = new Map<string, unknown>()
  const add = (owner: string, object: object) => {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
      // Vitest changes its own.
      if (!/^(__|vitest_)/i.test(name)) state.set(`${owner}.${name}`, value)
    }
  }
  add('globalThis', globalThis)
  add('Object.prototype', Object.prototype)
  add('Date', Date)
  add('Math', Math)
  add('performance', performance)
  add('process.env', process.env)
  return state
}

/** The names of what has been added, changed or removed. Not the values: some are secret. */
export function changesBetween(before: State, after: State): string[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => {
    if (!before.has(name) || !after.has(name)) return true
    const value = before.get(name)
    // A getter replaces itself with the value when it is first read.
    return value !== undefined && !Object.is(value, after.get(name))
  })
}
