import { describe, expect, it, vi } from 'vitest'
import { drain, holdStream, isOneShot, rewinderOf } from '../../src/request/bodies.browser.js'

describe('a page', () => {
  it.each<[string, unknown]>([
    ['a web stream', new ReadableStream()],
    ['a web stream in a browser that cannot iterate streams', { getReader() {} }],
    ['an iterator', { next: () => ({ done: true }) }],
    ['an async iterable', { async *[Symbol.asyncIterator]() {} }],
  ])('sends %s only once', (_, data) => {
    expect(isOneShot(data)).toBe(true)
  })

  it.each([undefined, null, 'x', { a: 1 }, new FormData(), new Blob(['x'])])(
    'sends %s as often as it is told',
    (data) => {
      expect(isOneShot(data)).toBe(false)
    },
  )

  it('has no form that must be restored, and no stream that fails before it is sent', async () => {
    expect(rewinderOf()).toBeUndefined()
    expect(await Promise.race([holdStream(), 'still waiting'])).toBe('still waiting')
  })

  it('discards a web stream, and the body of a Response', () => {
    const cancel = vi.fn()
    drain(new ReadableStream({ cancel }))
    drain(new Response(new ReadableStream({ cancel })))
    expect(cancel).toHaveBeenCalledTimes(2)
  })

  it('leaves a locked web stream alone, without an unhandled rejection', async () => {
    const stream = new ReadableStream()
    stream.getReader()
    drain(stream)
    await new Promise(setImmediate)
    expect(stream.locked).toBe(true)
  })

  it.each([undefined, null, 'x', { a: 1 }, { body: 'x' }, new Response()])('ignores %s', (data) => {
    expect(() => drain(data)).not.toThrow()
  })
})
