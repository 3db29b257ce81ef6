import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runMain } from '../cli/support.js'
import { startAccount } from '../support/account.js'
import { copyExamples } from '../support/examples.js'
import { environment, temporaryFolder } from '../support/programs.js'

describe('the examples of metering', () => {
  const examples = copyExamples()

  const SUM = { token: 2, call: 20, resend: 10 }

  it('write a JSON line that agrees with the account and with the page', async () => {
    const { code, output, errors } = await examples.run('metering/log-line.mjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const [received, line = '', end] = output.split('\n')
    expect(received).toBe('calls that the account received: 32')
    const count = (calls: number) => ({ lower: calls, upper: calls })
    expect(JSON.parse(line)).toEqual({
      message: 'calls to Caspio',
      calls: count(32),
      byKind: { call: count(20), resend: count(10), token: count(2) },
      byResource: { 'oauth/token': count(2), tables: count(30) },
    })
    expect(end).toBe('')
    expect(await textOf('docs/metering.md')).toContain(`\`\`\`\n${output}\`\`\`\n`)
  })

  it('count by kind in an OpenTelemetry metric, as the page shows', async () => {
    const { code, output, errors } = await examples.run('metering/opentelemetry.mjs')
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    const line = ([kind, value]: [string, number]) =>
      `caspio.api.calls { 'caspio.call.kind': '${kind}', 'caspio.call.answered': true } ${value}\n`
    expect(output).toBe(Object.entries(SUM).map(line).join(''))
    expect(await textOf('docs/metering.md')).toContain(`\`\`\`\n${output}\`\`\`\n`)
  })

  it('keep the counts of jobs that end with process.exit(), and the command usage shows them', async () => {
    const account = await startAccount()
    const file = join(await temporaryFolder(), 'calls.jsonl')
    const env = environment(account.credentials)
    for (const _job of [1, 2]) {
      const outcome = await examples.run('metering/cron-job.mjs', { env, args: [file] })
      expect(outcome).toEqual({ code: 0, output: '', errors: '' })
    }
    const args = ['usage', '--file', file, '--time-zone', 'America/New_York', '--json']
    const { calls, byResource } = JSON.parse((await runMain(args)).out)
    expect(account.log.token.length + account.log.api.length).toBe(6)
    expect(calls).toEqual({ lower: 6, upper: 6 })
    expect(Object.keys(byResource)).toEqual(['oauth/token', 'tables', 'views'])
  })

  it.each(['log-line', 'opentelemetry'])('%s only reads from your account', async (name) => {
    const account = await startAccount()
    const env = environment(account.credentials)
    const { code, output, errors } = await examples.run(`metering/${name}.mjs`, { env })
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(name === 'log-line' ? /"calls":{"lower":11,"upper":11}/ : /true \} 10$/m)
    expect(account.log.token).toHaveLength(1)
    expect(account.log.api.map(({ method }) => method)).toEqual(Array(10).fill('GET'))
  })
})

function textOf(name: string): Promise<string> {
  return readFile(new URL(`../../${name}`, import.meta.url), 'utf8')
}
