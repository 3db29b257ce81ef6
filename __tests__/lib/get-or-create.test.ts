import { describe, expect, it, vi } from 'vitest'
import { getOrCreate } from '../../src/lib/get-or-create.js'

describe('getOrCreate', () => {
  it('creates what a map lacks, once', () => {
    const map = new Map<string, number[]>()
    const create = vi.fn(() => [])
    const created = getOrCreate(map, 'a', create)
    expect(getOrCreate(map, 'a', create)).toBe(created)
    expect(getOrCreate(map, 'b', create)).not.toBe(created)
    expect(create).toHaveBeenCalledTimes(2)
    expect([...map.keys()]).toEqual(['a', 'b'])
  })
})
