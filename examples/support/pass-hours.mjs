// Lets hours pass in an example: moves both clocks of this process forward.
let offsetMs = 0
for (const clock of [Date, performance]) {
  const now = clock.now.bind(clock)
  clock.now = () => now() + offsetMs
}

export function passHours(hours) {
  offsetMs += hours * 3_600_000
}
