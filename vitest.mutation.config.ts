import { mergeConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import config from './vitest.config.js'

// A mutant's run ends with the first test that fails: what finds much in little time comes first.
const LATE = ['wire', 'redirects', 'events', 'adapter', 'scope', 'token-source']

function rank({ moduleId }: TestSpecification): number {
  if (moduleId.includes('model')) return -2
  return LATE.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`))
}

class FastFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.sort((a, b) => rank(a) - rank(b))
  }
}

// Without what runs a built package or another process, where no mutant is, and without what takes
// long to say what others say as well.
const LEFT_OUT =
  'demo,faults,hostile-proxy,hygiene,oidc-provider,outages,package,pollution,process,readme,security,short-lives,soak,storms,tls'

export default mergeConfig(config, {
  test: {
    // Ten seconds less for each mutant that lives.
    isolate: false,
    env: { SEQUENCES: '150', SEED: '1' },
    sequence: { sequencer: FastFirst },
    exclude: [
      '**/node_modules/**',
      `__tests__/{${LEFT_OUT}}.test.ts`,
      process.env.PART === 'testing' ? '__tests__/*.test.ts' : '__tests__/testing/**',
    ],
  },
})
