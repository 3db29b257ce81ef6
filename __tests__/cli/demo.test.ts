import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createPaint } from '../../src/cli/colours.js'
import { showCounts } from '../../src/cli/demo/counts.js'
import { showRenewal } from '../../src/cli/demo/renewal.js'
import { createStage, type Stage } from '../../src/cli/demo/stage.js'
import { createTimeline, type Timeline } from '../../src/cli/demo/timeline.js'
import type { Output } from '../../src/cli/io.js'
import { PHYSICIANS, rejectionOf, startAccount } from '../support/account.js'
import { environment, temporaryFolder } from '../support/programs.js'
import { longestLine, runMain, unwrapped } from './support.js'

function startTimeline(
  env = {},
  terminal: Partial<Output> = {},
): { timeline: Timeline; printed: () => string } {
  let text = ''
  const stream = { ...terminal, write: (chunk: string) => (text += chunk) }
  return { timeline: createTimeline(stream, createPaint(stream, env)), printed: () => text }
}

/** What the demo prints, without what differs from run to run. */
function comparable(out: string): string {
  return (
    out
      // One line for each line of the timeline, however it was wrapped.
      .replace(/\n {11,13}(?=\S)/g, ' ')
      .replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, 'UUID')
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/^ +\d+ ms/gm, '    N ms')
      .replace(/\d+(?= ms)|(?<=127\.0\.0\.1:)\d+|(?<=answered )\d+(?= requests)/g, 'N')
      // On a busy machine it may not be fast, and a token may expire before it is renewed.
      .replace('✗ expected: the slowest', '✓ the slowest')
      .replace(/((?:.*\n){2})\1+/g, '$1')
      .replace(/^(token requests, |API calls)(\D+)\d+ +\d+$/gm, '$1$2N N')
      .replace(/(?<=access tokens )\(\d+\)/, '(N)')
      .replace(/^The demo failed: .+\n/m, '')
  )
}

describe('demo', () => {
  it('shows every chapter on the stand-in account, whatever the environment holds', async () => {
    const account = await startAccount()
    // A company's proxy does not reach this machine.
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1')
    for (const name of ['http_proxy', 'no_proxy', 'NO_PROXY']) vi.stubEnv(name, undefined)
    onTestFinished(() => void vi.unstubAllEnvs())
    const { code, out, err } = await runMain(['demo'], environment(account.credentials))
    await expect(comparable(out)).toMatchFileSnapshot('demo.txt')
    // On a busy machine it may not be fast.
    const failed = out.match(/✗ (?!\().+/g) ?? []
    expect(failed.filter((line) => !/expected: the slowest of them/.test(line))).toEqual([])
    expect({ code, err }).toEqual({ code: failed.length > 0 ? 1 : 0, err: '' })
    expect(out).not.toContain('not-the-secret')
    expect(out).not.toMatch(/[\w-]{40}/)
    expect(account.log.token).toEqual([])
  }, 60_000)

  it('--real only reads, makes six calls, and ends with the next step', async () => {
    const account = await startAccount()
    const { code, out, err } = await runMain(['demo', '--real'], environment(account.credentials))
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`on the account ${account.url}`)
    expect(out).toMatch(/\nNext: attach .+\n\n {2}attachCaspioAuth\(axios, /)
    expect(account.log.token).toHaveLength(1)
    const calls = account.log.api.map(({ method, path }) => `${method} ${path}`)
    expect(calls).toEqual(Array(5).fill('GET /integrations/rest/v3/tables'))
  })

  it('--real says what is missing', async () => {
    const { code, out } = await runMain(['demo', '--real'], { CASPIO_CLIENT_ID: 'an-id' })
    expect(code).toBe(1)
    expect(out).toMatch(/✗ ERR_CASPIO_CONFIG: .*CASPIO_CLIENT_SECRET.*CASPIO_TOKEN_ENDPOINT_URL/s)
    expect(out).toContain('The demo failed: see the lines with ✗ (1).')
    expect(out).toMatch(/\nNext: find out what is wrong .+\n\n {2}npx axios-caspio-auth check\n$/)
  })

  it('--real suggests checking the file that it read', async () => {
    const file = join(await temporaryFolder(), 'caspio.env')
    await writeFile(file, 'CASPIO_CLIENT_ID=an-id')
    const { out } = await runMain(['demo', '--real', '--dotenv', file])
    expect(out).toContain(`\n  npx axios-caspio-auth check --dotenv ${file}\n`)
  })

  it('--real names an error without a code', async () => {
    const { code, out } = await runMain(['demo', '--real', '--dotenv', await temporaryFolder()])
    expect(code).toBe(1)
    expect(unwrapped(out)).toMatch(/✗ Error: cannot read the file \S+ \(EISDIR\)/)
  })
})

describe('the timeline', () => {
  it('counts the failures', () => {
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

  it('aligns wrapped lines behind the time stamp', () => {
    const { timeline, printed } = startTimeline()
    timeline.event('a word '.repeat(30).trim())
    const [first = '', ...rest] = printed().trimEnd().split('\n')
    expect(first).toMatch(/^ +\d+ ms {2}· a word/)
    expect(rest.length).toBe(3)
    for (const line of rest) expect(line).toMatch(/^ {13}\S/)
  })

  it.each([40, 60, 80])('fits a terminal of %d columns', (columns) => {
    const { timeline, printed } = startTimeline({}, { isTTY: true, columns })
    const text = 'a word '.repeat(30).trim()
    timeline.title(text)
    timeline.chapter(text)
    timeline.note(text)
    timeline.expect(text, false)
    timeline.plain(text)
    timeline.row(text, ['events', 'log'])
    timeline.row('a label', [7, 8])
    expect(longestLine(printed())).toBeLessThanOrEqual(columns)
    expect(printed().match(/\bword\b/g)).toHaveLength(180)
    expect(printed()).toMatch(/ events {5}log\na label +7 {7}8$/m)
  })

  it('never wraps code', () => {
    const { timeline, printed } = startTimeline({}, { isTTY: true, columns: 20 })
    timeline.code('npx axios-caspio-auth check')
    expect(printed()).toBe('\n  npx axios-caspio-auth check\n')
  })

  it('has colours on request', () => {
    const { timeline, printed } = startTimeline({ FORCE_COLOR: '1' })
    timeline.chapter('A title')
    timeline.note('plain')
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

  it('if there is no renewal', async () => {
    const { account, stage } = await startStage()
    const { message } = await rejectionOf(showRenewal(stage, account, 50))
    expect(message).toBe('no renewal within 50 ms')
  })

  it('if the number of token requests is not the expected one', async () => {
    const { account, stage, printed } = await startStage()
    await stage.get(stage.attach(account.credentials))
    stage.expectTokenRequests(0)
    stage.expectTokenRequests(2)
    expect(printed()).toContain('✗ expected: no token request so far')
    expect(printed()).toContain('✗ expected: 2 token requests in this chapter')
  })

  it('if events and log disagree', async () => {
    const { account, stage, printed } = await startStage()
    await stage.get(stage.attach(account.credentials))
    const withoutEvents: Stage = { ...stage, events: [] }
    showCounts(withoutEvents, account.log, 1)
    expect(printed()).toContain('✗ expected: events and log agree')
    expect(printed()).toContain('✗ expected: the plugin resent 1 requests')
  })

  it('says so if a token request breaks, or a token has no known life', async () => {
    const { account, stage, printed } = await startStage()
    account.tokenEndpoint.fail({ reset: true, times: 1 })
    const body = '{"access_token":"a-token-of-unknown-life","token_type":"bearer"}'
    account.tokenEndpoint.fail({ status: 200, body, times: 1 })
    await stage.get(stage.attach(account.credentials))
    expect(printed()).toContain('· token request, client_credentials: ECONNRESET after ')
    expect(printed()).toContain('· new token, life unknown')
  })
})
