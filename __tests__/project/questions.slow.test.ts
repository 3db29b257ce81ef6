import { readdir, readFile } from 'node:fs/promises'
import axios from 'axios'
import { describe, expect, it, vi } from 'vitest'
import { attachCaspioAuth, createCaspioAuth } from '../../src/index.js'
import { PHYSICIANS, rejectionOf, startAccount, startBench, times } from '../support/account.js'
import { copyExamples } from '../support/examples.js'
import { witness } from '../support/hygiene.js'
import { MemoryStore } from '../support/memory-store.js'

const FOLDER = new URL('../../examples/questions/', import.meta.url)

const programs = await readdir(FOLDER)
const page = await readFile(new URL('../../docs/questions.md', import.meta.url), 'utf8')
const answers = page.split(/^## /m).slice(1)

describe('docs/questions.md', () => {
  const examples = copyExamples()

  it('has one program for each answer, and an answer for each program', () => {
    const named = answers.map((answer) => /\(\.\.\/examples\/questions\/(.+?)\)/.exec(answer)?.[1])
    expect([...named].sort()).toEqual(programs)
    expect(page.split('\n').length).toBeLessThan(200)
  })

  it.each(programs)('shows the output of %s under its question', async (name) => {
    const text = await readFile(new URL(name, FOLDER), 'utf8')
    expect(text.split('\n').length).toBeLessThanOrEqual(42)
    const [, question] = /^\/\/ (.+\?) Run: node examples\/questions\/\S+\n/.exec(text) ?? []
    const answer = answers.find((answer) => answer.startsWith(`${question}\n`))
    const { code, output, errors } = await examples.run(`questions/${name}`)
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(answer).toContain(`\`\`\`\n${output}\`\`\`\n`)
    expect(answer).toContain(`(../examples/questions/${name})`)
  })
})

describe('a 401', () => {
  it('shows in its config whether a token was sent', async () => {
    const { account, api } = await startBench()
    account.api.fail({ status: 401 })
    const hadToken = async (options: object) =>
      (await rejectionOf(api.get(PHYSICIANS, options))).config.headers.has('Authorization')
    expect(await hadToken({})).toBe(true)
    expect(await hadToken({ skipCaspioAuth: true })).toBe(false)
  })
})

describe('rotating the secret', () => {
  /** Keeps ten requests under way before, during and after `work`. */
  async function underLoad(send: () => Promise<unknown>, work: () => void) {
    let sent = 0
    const failures: unknown[] = []
    const sendOn = async (until: () => boolean) => {
      while (!until()) {
        sent += 1
        await send().catch((error) => failures.push(witness(error)))
      }
    }
    const load = times(10, () => sendOn(() => sent >= 200))
    await vi.waitUntil(() => sent > 50)
    work()
    expect(sent).toBeLessThan(150)
    await load
    return failures
  }

  it('fails no request if the instance is attached again under load', async () => {
    const { account, api } = await startBench()
    account.api.latency = 20
    const failures = await underLoad(
      () => api.get(PHYSICIANS),
      () => {
        account.rotateSecret()
        attachCaspioAuth(api, account.credentials)
      },
    )
    expect(failures).toEqual([])
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200])
    expect(new Set(account.log.api.map(({ status }) => status))).toEqual(new Set([200]))
  })

  it('costs no token request if a token store holds the token', async () => {
    const tokenStore = new MemoryStore()
    const { account, api } = await startBench({ tokenStore })
    await api.get(PHYSICIANS)
    account.rotateSecret()
    attachCaspioAuth(api, account.credentials, { tokenStore })
    expect((await api.get(PHYSICIANS)).status).toBe(200)
    expect(account.log.token).toHaveLength(1)
  })

  it('works for instances that share a token, by attaching each again', async () => {
    const account = await startAccount()
    const instances = [1, 2].map(() =>
      axios.create({ baseURL: `${account.url}/integrations/rest/v3` }),
    )
    const attachAll = () => {
      const auth = createCaspioAuth(account.credentials)
      for (const instance of instances) attachCaspioAuth(instance, auth)
    }
    const getAll = () => Promise.all(instances.map((instance) => instance.get(PHYSICIANS)))
    attachAll()
    await getAll()
    account.rotateSecret()
    account.revoke()
    attachAll()
    await getAll()
    expect(account.log.token.map(({ status }) => status)).toEqual([200, 200])
    expect(account.log.api.map(({ status }) => status)).toEqual(Array(4).fill(200))
  })
})
