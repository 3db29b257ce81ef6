/**
 * `setTimeout` that does not keep the process alive: a renewal in the background is no reason to.
 * Who waits for one holds the process himself ({@link holdProcess}).
 */
export function startTimer(fire: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(fire, ms)
  // A timer is an object in Node, a number elsewhere.
  ;(timer as { unref?(): void }).unref?.()
  return timer
}

/** Keeps the process alive until the returned function is called. */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, 1e9)
  return () => clearInterval(timer)
}
