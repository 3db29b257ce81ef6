import axios from 'axios'
import newest from 'axios/package.json' with { type: 'json' }
import lowest from 'axios-1-16/package.json' with { type: 'json' }
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

it('runs on the axios version that the environment selects', () => {
  expect(axios.VERSION).toBe(process.env.AXIOS ? lowest.version : newest.version)
})

it('has the lowest axios of the peer range as its alternative', () => {
  expect(manifest.peerDependencies.axios).toBe(`^${lowest.version}`)
})
