import { AxiosError, AxiosHeaders, type AxiosResponse } from 'axios'
import { describe, expect, it } from 'vitest'
import { runRefresh } from '../../src/request/refresh-engine.js'
import { rejectionOf } from '../support/outcomes.js'

function answer(status: number): AxiosResponse {
  const config = { headers: new AxiosHeaders() }
  return { status, statusText: '', headers: {}, data: 'the body', config }
}

describe('runRefresh', () => {
  it('waits for the renewal, and then resends once', async () => {
    const steps: string[] = []
    const renew = async () => {
      steps.push('renewing')
      await new Promise(setImmediate)
      steps.push('renewed')
    }
    const second = answer(200)
    const resend = async () => {
      steps.push('resent')
      return second
    }
    expect(await runRefresh(renew(), resend)).toBe(second)
    expect(steps).toEqual(['renewing', 'renewed', 'resent'])
  })

  it('rejects with the second 401 unchanged, and does not resend again', async () => {
    const error = new AxiosError('second', 'ERR_BAD_REQUEST', undefined, {}, answer(401))
    let resends = 0
    const recovery = runRefresh(Promise.resolve(), async () => {
      resends++
      throw error
    })
    expect(await rejectionOf(recovery)).toBe(error)
    expect(resends).toBe(1)
  })

  it('does not wait for other recoveries', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = runRefresh(held, async () => answer(200))
    const fast = await runRefresh(Promise.resolve(), async () => answer(201))
    expect(fast.status).toBe(201)
    release()
    expect((await slow).status).toBe(200)
  })
})
