import { describe, expect, it } from 'vitest'
import { openAccount, openApi, resultOf } from './client.js'

describe('a value that is written', () => {
  it.each<[string, unknown, unknown]>([
    ['STRING', 5, '5'],
    ['STRING', true, 'true'],
    ['TEXT', '', ''],
    ['INTEGER', '12', 12],
    ['INTEGER', -3, -3],
    ['NUMBER', '1.5', 1.5],
    ['CURRENCY', 2, 2],
    ['YES/NO', 1, true],
    ['YES/NO', 'No', false],
    ['YES/NO', 0, false],
    ['YES/NO', 'true', true],
    ['YES/NO', true, true],
    ['YES/NO', false, false],
    ['YES/NO', '1', true],
    ['YES/NO', '0', false],
    ['DATE/TIME', '2026-01-02', '2026-01-02T00:00:00'],
    ['DATE/TIME', '2026-1-2 3:04', '2026-01-02T03:04:00'],
    ['DATE/TIME', '1/2/2026 3:04', '2026-01-02T03:04:00'],
    ['DATE/TIME', '2026-01-02 03:04', '2026-01-02T03:04:00'],
    ['DATE/TIME', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05'],
    ['DATE/TIME', '1/2/2026', '2026-01-02T00:00:00'],
    ['DATE/TIME', '12/31/2026 23:59:58', '2026-12-31T23:59:58'],
    ['LIST-STRING', ['a', 'b'], { 1: 'a', 2: 'b' }],
    ['LIST-NUMBER', { 1: 5 }, { 1: 5 }],
    ['INTEGER', null, null],
  ])('of a field of type %s: %j is stored as %j', async (Type, value, stored) => {
    const tables = { T: { fields: { A: { Type } } } } as never
    const call = await openApi(await openAccount({ tables }))
    const init = { method: 'POST', body: JSON.stringify({ A: value }) }
    const answer = await call('/tables/T/records?response=rows', init)
    expect(await resultOf(answer)).toEqual([{ PK_ID: 1, A: stored }])
  })

  it.each<[string, unknown]>([
    ['STRING', { a: 1 }],
    ['STRING', ['a']],
    ['INTEGER', 1.5],
    ['INTEGER', ''],
    ['INTEGER', 'x'],
    ['INTEGER', true],
    ['NUMBER', '1,5'],
    ['NUMBER', ' '],
    ['CURRENCY', '$5'],
    ['YES/NO', 2],
    ['YES/NO', 'maybe'],
    ['YES/NO', 'untrue'],
    ['YES/NO', 'trueish'],
    ['YES/NO', 'piano'],
    ['YES/NO', 'none'],
    ['DATE/TIME', ['2026-01-02']],
    ['DATE/TIME', '12026-01-02'],
    ['DATE/TIME', '2026-01-02T03:04:05.678+01:00'],
    ['DATE/TIME', 'on 1/2/2026'],
    ['DATE/TIME', '1/2/2026 3:04 PM'],
    ['DATE/TIME', '13/1/2026'],
    ['DATE/TIME', 5],
    ['DATE/TIME', 'today'],
    ['DATE/TIME', '2026-02-31'],
    ['DATE/TIME', '2026-13-01'],
    ['LIST-STRING', 'a'],
    ['ATTACHMENT', 'a.png'],
    ['PASSWORD', 'secret'],
  ])('of a field of type %s cannot be %j', async (Type, value) => {
    const tables = { T: { fields: { A: { Type } } } } as never
    const call = await openApi(await openAccount({ tables }))
    const init = { method: 'POST', body: JSON.stringify({ A: value }) }
    const answer = await call('/tables/T/records', init)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ Code: 'IncorrectBodyParameter' })
    expect(await resultOf(await call('/tables/T/records'))).toEqual([])
  })

  it.each([
    ['STRING', 255],
    ['TEXT', 64_000],
  ])('of a field of type %s has at most %i characters', async (Type, length) => {
    const tables = { T: { fields: { A: { Type } } } } as never
    const call = await openApi(await openAccount({ tables }))
    const write = (text: string) =>
      call('/tables/T/records', { method: 'POST', body: JSON.stringify({ A: text }) })
    expect((await write('a'.repeat(length))).status).toBe(201)
    expect((await write('a'.repeat(length + 1))).status).toBe(400)
  })
})
