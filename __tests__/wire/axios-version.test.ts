import axios from 'axios'
import newest from 'axios/package.json' with { type: 'json' }
import lowest from 'axios-1-6/package.json' with { type: 'json' }
import middle from 'axios-1-13/package.json' with { type: 'json' }
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

it('runs on the axios version that the environment selects', () => {
  const installed = { 'axios-1-6': lowest, 'axios-1-13': middle }[`${process.env.AXIOS}`] ?? newest
  expect(axios.VERSION).toBe(installed.version)
})

it('has the lowest axios of the peer range as its alternative', () => {
  expect(manifest.peerDependencies.axios).toBe(`^${lowest.version}`)
})
