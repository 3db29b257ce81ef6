const ISO = /^(\d{4})([-/]?)(\d\d?)\2(\d\d?)(?:[T ]\s*(.+))?$/i
const AMERICAN = /^(\d\d?)([-/])(\d\d?)\2(\d{4})(?:\s+(.+))?$/
const TIME = /^(\d\d?):(\d\d)(?::(\d\d)(\.\d{1,7})?)?\s*(?:([AP])M|Z)?$/i

const DAY_MS = 86_400_000

/**
 * Reads a date as SQL Server does in the United States: 2026-01-31, 20260131, 1/31/2026, with or
 * without a time. An empty text is 1900-01-01.
 * @returns milliseconds since 1970, or `undefined` if it is not a date, or is written in another way
 */
export function parseDate(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return Date.UTC(1900, 0, 1)
  const parts = readIso(trimmed) ?? readAmerican(trimmed)
  if (parts === undefined) return undefined
  const { year, month, day, time = '00:00' } = parts
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // A day that the month does not have leads to another month.
  const isDay = date.getUTCMonth() === month - 1
  const timeMs = parseTime(time)
  return isDay && timeMs !== undefined ? date.getTime() + timeMs : undefined
}

interface DateParts {
  year: number
  month: number
  day: number
  time?: string | undefined
}

function readIso(text: string): DateParts | undefined {
  const match = ISO.exec(text)
  if (match === null) return undefined
  const [, year, separator, month, day, time] = match
  if (separator === '' && `${month}${day}`.length < 4) return undefined
  return { year: Number(year), month: Number(month), day: Number(day), time }
}

function readAmerican(text: string): DateParts | undefined {
  const match = AMERICAN.exec(text)
  if (match === null) return undefined
  const [, month, , day, year, time] = match
  return { year: Number(year), month: Number(month), day: Number(day), time }
}

function parseTime(text: string): number | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, hours, minutes, seconds = 0, fraction = 0, half] = match
  const clock = half === undefined ? Number(hours) : hourOf(Number(hours), half)
  const ms = ((clock * 60 + Number(minutes)) * 60 + Number(seconds) + Number(fraction)) * 1_000
  const isTime = Number(minutes) < 60 && Number(seconds) < 60 && ms < DAY_MS
  return isTime ? ms : undefined
}

/** The hour of a 12-hour clock: 12 AM is midnight. */
function hourOf(hours: number, half: string): number {
  if (hours < 1 || hours > 12) return Number.NaN
  return (hours % 12) + (half.toUpperCase() === 'P' ? 12 : 0)
}
