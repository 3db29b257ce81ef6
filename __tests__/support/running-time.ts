/** Milliseconds until a promise settles. A pause of the whole machine counts as 10 ms at most. */
export async function runningTimeOf(promise: Promise<unknown>): Promise<number> {
  let ticks = 0
  const timer = setInterval(() => ticks++, 10)
  try {
    await promise
  } finally {
    clearInterval(timer)
  }
  return ticks * 10
}

/** Milliseconds of processor time that this process uses. Other processes and pauses do not count. */
export function cpuTimeOf(act: () => void): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
