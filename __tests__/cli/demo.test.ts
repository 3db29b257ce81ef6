import { describe, expect, it } from 'vitest'
import { createPaint } from '../../src/cli/colours.js'
import { showCounts } from '../../src/cli/demo/counts.js'
import { showRenewal } from '../../src/cli/demo/renewal.js'
import { createStage, type Stage } from '../../src/cli/demo/stage.js'
import { createTimeline, type Timeline } from '../../src/cli/demo/timeline.js'
import { PHYSICIANS, rejectionOf, startAccount } from '../support/account.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { runMain } from './support.js'

function startTimeline(env = {}): { timeline: Timeline; printed: () => string } {
  let text = ''
  const stream = { write: (chunk: string) => (text += chunk) }
  return { timeline: createTimeline(stream, createPaint(stream, env)), printed: () => text }
}

describe('demo', () => {
  it('shows every chapter on the stand-in account, whatever the environment holds', async () => {
    const account = await startAccount()
    const { code, out, err } = await runMain(['demo'], environment(account.credentials))
    expect(out).toContain('on the embedded stand-in account http://127.0.0.1:')
    expect(out.match(/^\d\. /gm)).toHaveLength(7)
    expect(out.match(/[✓✗] /g)?.slice(0, 16)).toHaveLength(16)
    // On a busy machine it may not be fast.
    const failed = out.match(/✗ .+/g) ?? []
    expect(failed.filter((line) => !/expected: the slowest of them/.test(line))).toEqual([])
    expect({ code, err }).toEqual({ code: failed.length > 0 ? 1 : 0, err: '' })
    expect(out).not.toContain('not-the-secret')
    expect(out).not.toMatch(/[\w-]{40}/)
    expect(account.log.token).toEqual([])
  }, 60_000)

  it('--real is read-only, with six calls', async () => {
    const account = await startAccount()
    const { code, out, err } = await runMain(['demo', '--real'], environment(account.credentials))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`on the account ${account.url}`)
    expect(account.log.token).toHaveLength(1)
    const calls = account.log.api.map(({ method, path }) => `${method} ${path}`)
    expect(calls).toEqual(Array(5).fill('GET /rest/v2/tables'))
  })

  it('--real says what is missing', async () => {
    const { code, out } = await runMain(['demo', '--real'], { CASPIO_CLIENT_ID: 'an-id' })
    expect(code).toBe(1)
    expect(out.replace(/\s+/g, ' ')).toContain(
      '✗ ERR_CASPIO_CONFIG: axios-caspio-auth: set CASPIO_CLIENT_SECRET, CASPIO_TOKEN_ENDPOINT_URL',
    )
    expect(out).toContain('The demo failed: see the lines with ✗ (1).')
  })

  it('--real names an error that has no code', async () => {
    const { code, out } = await runMain(['demo', '--real', '--env-file', await temporaryFolder()])
    expect(code).toBe(1)
    expect(out).toContain('✗ Error: the file of --env-file cannot be read (EISDIR)')
  })
})

describe('the timeline', () => {
  it('counts what did not hold', () => {
    const { timeline, printed } = startTimeline()
    timeline.expect('this', true)
    timeline.expect('that', false)
    timeline.fail('another')
    expect(timeline.failures()).toBe(2)
    const marks = printed()
      .match(/^ +\d+ ms {2}(.*)$/gm)
      ?.map((line) => line.slice(11))
    expect(marks).toEqual(['✓ this', '✗ expected: that', '✗ another'])
  })

  it('breaks long lines under their stamp', () => {
    const { timeline, printed } = startTimeline()
    timeline.event('a word '.repeat(30).trim())
    const [first = '', ...rest] = printed().trimEnd().split('\n')
    expect(first).toMatch(/^ +\d+ ms {2}· a word/)
    expect(rest.length).toBe(2)
    for (const line of rest) expect(line).toMatch(/^ {13}\S/)
  })

  it('is coloured where colours are wanted', () => {
    const { timeline, printed } = startTimeline({ FORCE_COLOR: '1' })
    timeline.chapter('A title')
    timeline.tell('plain')
    expect(printed()).toContain('\x1b[1m1. A title\x1b[0m')
    expect(printed()).toContain(' ms\x1b[0m  plain\n')
  })
})

describe('the demo fails', () => {
  async function startStage() {
    const account = await startAccount()
    const { timeline, printed } = startTimeline()
    return { account, printed, stage: createStage(timeline, account.url, PHYSICIANS, account.log) }
  }

  it('where no renewal comes', async () => {
    const { account, stage } = await startStage()
    const { message } = await rejectionOf(showRenewal(stage, account, 50))
    expect(message).toBe('there was no renewal within 50 ms')
  })

  it('where the token calls are not those that were expected', async () => {
    const { account, stage, printed } = await startStage()
    await stage.get(stage.attach(account.credentials))
    stage.expectTokenCalls(0)
    stage.expectTokenCalls(2)
    expect(printed()).toContain('✗ expected: no token call so far')
    expect(printed()).toContain('✗ expected: 2 token call in this chapter')
  })

  it('where events and log disagree', async () => {
    const { account, stage, printed } = await startStage()
    await stage.get(stage.attach(account.credentials))
    const forgetful: Stage = { ...stage, events: [] }
    showCounts(forgetful, account.log, 1)
    expect(printed()).toContain('✗ expected: events and log agree')
    expect(printed()).toContain('✗ expected: 1 requests were resent')
  })

  it('and says so where a token call broke off, or nobody told how long a token lives', async () => {
    const { account, stage, printed } = await startStage()
    account.tokenEndpoint.fail({ reset: true, times: 1 })
    const body = '{"access_token":"a-token-of-unknown-life","token_type":"bearer"}'
    account.tokenEndpoint.fail({ status: 200, body, times: 1 })
    await stage.get(stage.attach(account.credentials))
    expect(printed()).toContain('· token call, client_credentials: ECONNRESET after ')
    expect(printed()).toContain('· token taken into use, for nobody knows how many s')
  })
})
