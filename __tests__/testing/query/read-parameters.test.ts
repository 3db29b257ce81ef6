import { describe, expect, it } from 'vitest'
import {
  CHANGE_PARAMETERS,
  LIST_PARAMETERS,
  readParameters,
} from '../../../src/testing/query/read-parameters.js'
import { problemOf } from './tables.js'

const parse = (text: string) => new URLSearchParams(text)

describe('the parameters of a query', () => {
  it('have names in any case', () => {
    const query = parse('Q.ORDERBY=a&q.pagesize=5&response=rows')
    expect(readParameters(query, 'q.', LIST_PARAMETERS)).toEqual({
      prefix: 'q.',
      orderBy: 'a',
      pageSize: '5',
    })
  })

  it('have no prefix in v4', () => {
    const query = parse('WHERE=PK_ID%3D1&echo=true')
    expect(readParameters(query, '', CHANGE_PARAMETERS)).toEqual({ prefix: '', where: 'PK_ID=1' })
  })

  it.each([
    ['where=1=1', 'q.', LIST_PARAMETERS, 'where here. Is it q.where?'],
    ['Q.PageSize=5', '', LIST_PARAMETERS, 'Q.PageSize here. Is it pageSize?'],
  ] as const)('of another version are refused: %s', (query, prefix, allowed, problem) => {
    expect(problemOf(() => readParameters(parse(query), prefix, allowed))).toBe(
      `The stand-in account does not support ${problem}`,
    )
  })

  it('are refused if one is given twice', () => {
    const query = parse('q.where=PK_ID=1&q.Where=PK_ID=2')
    expect(problemOf(() => readParameters(query, 'q.', LIST_PARAMETERS))).toBe(
      'q.where is given twice.',
    )
  })

  it.each([
    ['q.where=1=1&q.limit=5', 'q.', CHANGE_PARAMETERS, 'q.limit'],
    ['q.nope=1', 'q.', LIST_PARAMETERS, 'q.nope'],
    ['Q={}', 'q.', LIST_PARAMETERS, 'Q'],
    ['limit=5', '', CHANGE_PARAMETERS, 'limit'],
    ['limit=5', 'q.', CHANGE_PARAMETERS, 'limit'],
  ] as const)('%s: one is refused (%#)', (query, prefix, allowed, name) => {
    expect(problemOf(() => readParameters(parse(query), prefix, allowed))).toBe(
      `The stand-in account does not support ${name} here.`,
    )
  })
})
