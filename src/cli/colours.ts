import type { Environment, Output } from './io.js'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

export type Colour = keyof typeof CODES

export type Paint = (colour: Colour | undefined, text: string) => string

/** Colours text for a terminal. As in Node, FORCE_COLOR overrides NO_COLOR. */
export function createPaint(stream: Output, env: Environment): Paint {
  if (!hasColours(stream, env)) return (_, text) => text
  return (colour, text) => (colour ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text)
}

function hasColours(stream: Output, env: Environment): boolean {
  if (env.FORCE_COLOR !== undefined) return /^(|1|2|3|true)$/.test(env.FORCE_COLOR)
  return Boolean(stream.isTTY && stream.getColorDepth && stream.getColorDepth(env) > 2)
}
