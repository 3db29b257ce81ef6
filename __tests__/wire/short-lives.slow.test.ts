import { describe, expect, it } from 'vitest'
import { PHYSICIANS, sleep, startBench } from '../support/account.js'

describe('tokens', () => {
  it.each([2, 4])(
    'that live for %i s cause no 401 and no wait for a renewal, even if the token endpoint is slow',
    async (tokenLife) => {
      const { account, api } = await startBench({ account: { tokenLife } })
      account.tokenEndpoint.latency = 300
      await api.get(PHYSICIANS)
      const waits: number[] = []
      const end = Date.now() + (tokenLife === 2 ? 3_500 : 5_500)
      while (Date.now() < end) {
        const sent = performance.now()
        await Promise.all([api.get(PHYSICIANS), sleep(25)])
        waits.push(performance.now() - sent)
      }
      expect(account.log.api.filter(({ status }) => status !== 200)).toEqual([])
      expect(account.log.token.length).toBeGreaterThanOrEqual(2)
      // A renewal takes 300 ms. A request takes much less, even on a busy machine.
      expect(Math.max(...waits)).toBeLessThan(250)
    },
  )
})
