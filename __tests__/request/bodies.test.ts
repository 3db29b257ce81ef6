import { PassThrough, Readable } from 'node:stream'
import FormDataPackage from 'form-data'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { drain, isOneShot, rewinderOf } from '../../src/request/bodies.js'

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

describe('isOneShot', () => {
  it.each<[string, unknown]>([
    ['a stream', Readable.from(['x'])],
    ['a body with only pipe(), like that of the form-data package', { pipe() {} }],
    ['a web stream', new ReadableStream()],
    ['a web stream in a browser that cannot iterate streams', { getReader() {} }],
    ['an iterator', { next: () => ({ done: true }) }],
    ['a generator', generate()],
    ['an async iterable', { async *[Symbol.asyncIterator]() {} }],
  ])('is true for %s', (_, data) => {
    expect(isOneShot(data)).toBe(true)
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a string', 'x'],
    ['bytes', Buffer.from('x')],
    ['an object', { a: 1 }],
    ['a form', new URLSearchParams('a=1')],
    ['a web form', new FormData()],
    ['a Blob', new Blob(['x'])],
  ])('is false for %s', (_, data) => {
    expect(isOneShot(data)).toBe(false)
  })

  it('ignores a polluted Object.prototype', () => {
    pollute('pipe', () => {})
    expect([isOneShot({ a: 1 }), isOneShot('x')]).toEqual([false, false])
    expect(isOneShot({ pipe() {} })).toBe(true)
  })
})

describe('rewinderOf', () => {
  function createForm(...values: unknown[]): FormDataPackage {
    const form = new FormDataPackage()
    for (const value of values) form.append('a', value)
    return form
  }

  async function read(form: FormDataPackage): Promise<string> {
    const chunks: (string | Buffer)[] = []
    for await (const chunk of form.pipe(new PassThrough())) chunks.push(chunk)
    return chunks.join('')
  }

  it('lets a form of strings and buffers be read as often as it is called', async () => {
    const form = createForm('x', Buffer.from('y'), 5)
    const rewind = rewinderOf(form)
    const text = await read(form)
    expect(text.split(`--${form.getBoundary()}`)).toHaveLength(5)
    for (let turn = 0; turn < 2; turn++) {
      rewind?.()
      expect(await read(form)).toBe(text)
    }
  })

  it('does not copy the parts', () => {
    const bytes = Buffer.alloc(1_000)
    const form = createForm(bytes)
    rewinderOf(form)?.()
    expect(Reflect.get(form, '_streams')[1]).toBe(bytes)
  })

  const open = (next: (stream: Readable) => void) => next(Readable.from(['x']))

  it.each<[string, FormDataPackage]>([
    ['with a stream in it', createForm('x', Readable.from(['x']))],
    ['with a function that opens a stream', createForm('x', open)],
    ['without fields', createForm()],
  ])('returns undefined for a form %s', (_, form) => {
    expect(rewinderOf(form)).toBeUndefined()
  })

  it('returns undefined for a form that was read', async () => {
    const form = createForm('x')
    await read(form)
    expect(rewinderOf(form)).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a string', 'x'],
    ['an object', { a: 1 }],
    ['a web form', new FormData()],
    ['a stream', Readable.from(['x'])],
    ['the stream of another package', { pipe() {}, _streams: ['x', 'y', open] }],
    ['an unknown kind of form', { pipe() {}, getBoundary() {} }],
  ])('returns undefined for %s', (_, data) => {
    expect(rewinderOf(data)).toBeUndefined()
  })

  it('ignores a polluted Object.prototype', () => {
    pollute('getBoundary', () => {})
    pollute('_streams', ['x'])
    expect(rewinderOf({ a: 1 })).toBeUndefined()
  })

  it('ignores a polluted Object.prototype for a stream in a form, too', () => {
    const form = new FormDataPackage()
    form.append('file', Readable.from(['x']))
    pollute('slice', () => {})
    expect(rewinderOf(form)).toBeUndefined()
  })
})

describe('drain', () => {
  it('reads a stream to its end and ignores its errors', async () => {
    const stream = new PassThrough()
    stream.write('x'.repeat(1_000))
    drain(stream)
    await vi.waitUntil(() => stream.readableLength === 0)
    const closed = new Promise((resolve) => stream.once('close', resolve))
    // As when a connection breaks. Without a listener, the error would end the process.
    stream.destroy(new Error('aborted'))
    await closed
  })

  it('accepts a stream without on()', () => {
    const resume = vi.fn()
    drain({ resume })
    expect(resume).toHaveBeenCalledOnce()
  })

  it('cancels a web stream', () => {
    const cancel = vi.fn()
    drain(new ReadableStream({ cancel }))
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('leaves a locked web stream alone, without an unhandled rejection', async () => {
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

  it.each([undefined, null, 'x', { a: 1 }, new Response()])('ignores %s', (data) => {
    drain(data)
  })

  it('calls no function of a polluted Object.prototype', () => {
    const evil = vi.fn()
    for (const name of ['resume', 'on', 'cancel']) pollute(name, evil)
    drain({ a: 1 })
    expect(evil).not.toHaveBeenCalled()
  })
})
