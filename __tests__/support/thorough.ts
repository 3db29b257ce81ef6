/** Whether `npm run test:slow` runs, so that random tests try all their cases. */
export const IS_THOROUGH = process.env.THOROUGH === 'true'

/** How many random cases a test tries: all of them, or a tenth. */
export function cases(all: number): number {
  return IS_THOROUGH ? all : Math.ceil(all / 10)
}
