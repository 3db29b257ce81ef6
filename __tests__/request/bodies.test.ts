import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { drain, isOneShot } from '../../src/request/bodies.js'

function* generate() {
  yield 'x'
}

function pollute(name: string, value: unknown): void {
  const definition = { value, configurable: true, writable: true }
  Object.defineProperty(Object.prototype, name, definition)
  onTestFinished(() => {
    Reflect.deleteProperty(Object.prototype, name)
  })
}

describe('a body that can be sent but once', () => {
  it.each<[string, unknown]>([
    ['a stream', Readable.from(['x'])],
    ['a body with nothing but pipe(), as that of the form-data package', { pipe() {} }],
    ['a web stream', new ReadableStream()],
    ['a web stream of a browser that cannot iterate it', { getReader() {} }],
    ['an iterator', { next: () => ({ done: true }) }],
    ['a generator', generate()],
    ['an async iterable', { async *[Symbol.asyncIterator]() {} }],
  ])('%s', (_, data) => {
    expect(isOneShot(data)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['bytes', Buffer.from('x')],
    ['an object', { a: 1 }],
    ['a form', new URLSearchParams('a=1')],
    ['a web form', new FormData()],
    ['a Blob', new Blob(['x'])],
  ])('is not %s', (_, data) => {
    expect(isOneShot(data)).toBe(false)
  })

  it('is not what somebody made of Object.prototype', () => {
    pollute('pipe', () => {})
    expect([isOneShot({ a: 1 }), isOneShot('x')]).toEqual([false, false])
    expect(isOneShot({ pipe() {} })).toBe(true)
  })
})

describe('drain', () => {
  it('lets a stream go by, and minds no error of it', async () => {
    const stream = new PassThrough()
    stream.write('x'.repeat(1_000))
    drain(stream)
    await vi.waitUntil(() => stream.readableLength === 0, { interval: 1 })
    const closed = new Promise((resolve) => stream.once('close', resolve))
    // Of a connection that breaks: nobody else listens, and that would end the process.
    stream.destroy(new Error('aborted'))
    await closed
  })

  it('takes what can resume but tells of nothing', () => {
    const resume = vi.fn()
    drain({ resume })
    expect(resume).toHaveBeenCalledOnce()
  })

  it('cancels a web stream', () => {
    const cancel = vi.fn()
    drain(new ReadableStream({ cancel }))
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('leaves a web stream that somebody reads, and rejects nothing that nobody awaits', async () => {
    const stream = new ReadableStream({ start: (controller) => controller.enqueue('x') })
    const reader = stream.getReader()
    drain(stream)
    expect((await reader.read()).value).toBe('x')
  })

  it('cancels the body of a Response', () => {
    const cancel = vi.fn()
    drain(new Response(new ReadableStream({ cancel })))
    expect(cancel).toHaveBeenCalledOnce()
  })

  it.each([undefined, null, 'x', { a: 1 }, new Response()])('does nothing to %s', (data) => {
    drain(data)
  })

  it('calls nothing that somebody put on Object.prototype', () => {
    const evil = vi.fn()
    for (const name of ['resume', 'on', 'cancel']) pollute(name, evil)
    drain({ a: 1 })
    expect(evil).not.toHaveBeenCalled()
  })
})
