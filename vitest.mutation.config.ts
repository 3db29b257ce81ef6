import { parse } from 'node:path'
import { mergeConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import config from './vitest.config.js'

// A mutant's run ends with the first test that fails. The tests of the mutated file come first, then
// those that find much in little time.
const FAST =
  /__tests__\/(attach|lib\/[\w-]+|request\/(bodies|recovery|rejection|send|waiting)|token\/(?!source|transport)[\w.-]+)\.test/
const SLOW = [
  /\/(wire\/wire|redirects|events|adapter|scope)\.test/,
  /\/(token\/source|store\/shared-)/,
  /\.properties\./,
]

class FastFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // Stryker names the file here.
    const mutated = parse(`${this.ctx.config.related?.[0]}`).name
    const namesake = `/${mutated}.test.ts`
    const rank = ({ moduleId }: TestSpecification): number => {
      if (moduleId.endsWith(namesake)) return -4
      if (FAST.test(moduleId)) return -3
      if (moduleId.includes('model')) return -2
      return SLOW.findIndex((name) => name.test(moduleId))
    }
    return files.sort((a, b) => rank(a) - rank(b))
  }
}

// Without what runs a built package or another process, where no mutant is, and without what takes
// long to say what others say as well.
const LEFT_OUT = 'hostile-proxy,outages,pollution,tls'

export default mergeConfig(config({ command: 'serve', mode: 'mutation' }), {
  test: {
    // Ten seconds less for each mutant that lives.
    isolate: false,
    env: { SEQUENCES: '150', SEED: '1' },
    sequence: { sequencer: FastFirst },
    exclude: [
      '**/node_modules/**',
      `__tests__/wire/{${LEFT_OUT}}.test.ts`,
      process.env.PART === 'testing'
        ? '__tests__/{,contract/,lib/,request/,store/,token/,wire/}*.test.ts'
        : '__tests__/testing/**',
      '__tests__/{cli,company,project}/**',
      // Instrumented code is slow.
      '**/*.speed.test.ts',
    ],
  },
})
