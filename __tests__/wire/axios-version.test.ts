import axios from 'axios'
import newest from 'axios/package.json' with { type: 'json' }
import lowest from 'axios-1-16/package.json' with { type: 'json' }
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

it('runs on the axios that was asked for', () => {
  expect(axios.VERSION).toBe(process.env.AXIOS ? lowest.version : newest.version)
})

it('knows the lowest axios of the peer range', () => {
  expect(manifest.peerDependencies.axios).toBe(`^${lowest.version}`)
})
