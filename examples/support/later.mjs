// For programs in which hours pass: both clocks of this process are put forward by hand.
let ahead = 0
for (const clock of [Date, performance]) {
  const now = clock.now.bind(clock)
  clock.now = () => now() + ahead
}

export function later(hours) {
  ahead += hours * 3_600_000
}
