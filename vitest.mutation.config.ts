import { parse, relative } from 'node:path'
import { configDefaults } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
// @ts-expect-error: has no types
import { PARTS } from './stryker.config.mjs'
import config from './vitest.config.js'

const TESTS: string[] = PARTS[`${process.env.PART}`].tests

// The tests of the mutated file come first, then the others in the order of the table.
class FastFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Stryker names the file here.
    const mutated = parse(`${this.ctx.config.related?.[0]}`).name
    const rank = ({ moduleId }: TestSpecification): number => {
      if (parse(moduleId).base.startsWith(`${mutated}.`)) return -1
      const path = relative('__tests__', moduleId)
      return TESTS.findIndex((beginning) => path.startsWith(beginning))
    }
    return files.sort((a, b) => rank(a) - rank(b))
  }
}

const { test, ...others } = config({ command: 'serve', mode: 'mutation' })

export default {
  ...others,
  test: {
    ...test,
    include: TESTS.flatMap((beginning) => [
      `__tests__/${beginning}.ts`,
      `__tests__/${beginning}*.test.ts`,
    ]),
    exclude: [...configDefaults.exclude, '**/*.{slow,postgres}.test.ts'],
    // A new worker for each file would double the time.
    isolate: false,
    env: { SEQUENCES: '150', SEED: '1' },
    sequence: { sequencer: FastFirst },
    // For a mutant that hangs.
    testTimeout: 10_000,
  },
}
