import { randomBytes } from 'node:crypto'
import axios from 'axios'
import NodeFormData from 'form-data'
import { describe, expect, it } from 'vitest'
import { getToken, openAccount, openApi, resultOf } from './client.js'

interface FileInfo {
  Name: string
  ExternalKey: string
}

const upload = (form: FormData): RequestInit => ({ method: 'POST', body: form })
const raw = (boundary: string, body: string): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
  body,
})

const MALFORMED = 'The body is not well-formed multipart/form-data.'
const NO_FILE = 'The body holds no file.'
const FILE = raw('b', '--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx\r\n--b--')

describe.each(['/rest/v2', '/integrations/rest/v3'])('files under %s', (prefix) => {
  it('come back byte for byte', async () => {
    const call = await openApi(await openAccount(), prefix)
    const bytes = new Uint8Array(randomBytes(300_000))
    const form = new FormData()
    form.append('note', 'a field, not a file')
    form.append('File', new Blob([bytes], { type: 'image/png' }), 'scan.png')
    form.append('File', new Blob([]), 'empty')
    const uploaded = await call('/files', upload(form))
    expect(uploaded.status).toBe(201)
    const infos = await resultOf<FileInfo>(uploaded)
    expect(infos).toEqual([
      { Name: 'scan.png', ExternalKey: expect.any(String) },
      { Name: 'empty', ExternalKey: expect.any(String) },
    ])
    const [scan, nothing] = infos
    expect(await resultOf(await call('/files'))).toMatchObject([
      { ...nothing, ContentType: 'application/octet-stream', Size: 0 },
      { ...scan, ContentType: 'image/png', Size: 300_000 },
    ])

    const download = await call(`/files/${infos[0]?.ExternalKey}`)
    expect(download.status).toBe(200)
    expect(download.headers.get('content-type')).toBe('image/png')
    expect(download.headers.get('content-disposition')).toBe(
      `attachment; filename="scan.png"; filename*=UTF-8''scan.png`,
    )
    expect(Buffer.compare(Buffer.from(await download.arrayBuffer()), bytes)).toBe(0)
    const empty = await call(`/files/${infos[1]?.ExternalKey}`)
    expect((await empty.arrayBuffer()).byteLength).toBe(0)
  })

  it('can be deleted once', async () => {
    const call = await openApi(await openAccount(), prefix)
    const form = new FormData()
    form.append('File', new Blob(['x']), 'x.txt')
    const [info] = await resultOf<FileInfo>(await call('/files', upload(form)))
    const path = `/files/${info?.ExternalKey}`
    const deleted = await call(path, { method: 'DELETE' })
    expect(deleted.status).toBe(prefix === '/rest/v2' ? 200 : 204)
    expect(await deleted.text()).toBe(prefix === '/rest/v2' ? '{"RecordsAffected":1}' : '')
    expect((await call(path)).status).toBe(404)
    expect((await call(path, { method: 'DELETE' })).status).toBe(404)
    expect(await resultOf(await call('/files'))).toEqual([])
  })
})

describe('an upload', () => {
  it.each([
    ['with another content type', { 'Content-Type': 'application/json' }],
    ['without a content type', undefined],
    ['without a boundary', { 'Content-Type': 'multipart/form-data; charset=utf-8' }],
  ])('%s is malformed', async (_, headers) => {
    const call = await openApi(await openAccount(), '/rest/v2')
    const body = new TextEncoder().encode('--b--')
    const answer = await call('/files', { method: 'POST', body, ...(headers && { headers }) })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(MALFORMED)
  })

  it('ignores a part without a Content-Disposition', async () => {
    const call = await openApi(await openAccount(), '/rest/v2')
    const answer = await call('/files', raw('b', '--b\r\nX-Note: y\r\n\r\nx\r\n--b--'))
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain(NO_FILE)
  })

  it.each([
    [
      'the global FormData',
      () => new FormData(),
      (bytes: Buffer) => new Blob([Uint8Array.from(bytes)]),
    ],
    ['the package form-data', () => new NodeFormData(), (bytes: Buffer) => bytes],
  ])('by axios with %s comes back byte for byte', async (_, makeForm, makePart) => {
    const account = await openAccount()
    const { access_token } = await getToken(account)
    const headers = { Authorization: `Bearer ${access_token}` }
    const bytes = Buffer.concat([Buffer.from('\r\n--x\r\n--\0'), randomBytes(1_000)])
    const form = makeForm() as FormData
    form.append('File', makePart(bytes) as Blob, 'f.bin')
    const url = `${account.url}/rest/v2/files`
    const { data } = await axios.post(url, form, { headers })
    const { ExternalKey } = data.Result[0]
    const download = await axios.get(`${url}/${ExternalKey}`, {
      headers,
      responseType: 'arraybuffer',
    })
    expect(Buffer.compare(Buffer.from(download.data), bytes)).toBe(0)
  })

  it.each([
    'Prüfung "A" (1)*.pdf',
    "it's; x=1.txt",
    '../..\\up\r\nX-Evil: 1',
    '日本語.txt',
    '100%',
  ])('keeps the name %j', async (name) => {
    const call = await openApi(await openAccount())
    const form = new FormData()
    form.append('File', new Blob(['x']), name)
    const [info] = await resultOf<FileInfo>(await call('/files', upload(form)))
    expect(info?.Name).toBe(name)
    const download = await call(`/files/${info?.ExternalKey}`)
    expect(download.status).toBe(200)
    expect(download.headers.get('x-evil')).toBeNull()
    const disposition = download.headers.get('content-disposition') ?? ''
    expect(decodeURIComponent(disposition.split("filename*=UTF-8''")[1] ?? '')).toBe(name)
  })

  it('may have a preamble, a quoted boundary, an epilogue and escaped names', async () => {
    const call = await openApi(await openAccount())
    const body =
      'ignored\r\n--a b \t\r\ncontent-disposition: form-data; name=f; filename="q\\"u.txt"\r\n' +
      'CONTENT-TYPE: text/plain\r\n\r\none\r\n\r\n--a b\r\n' +
      "Content-Disposition: form-data; name=f; filename=x; filename*=UTF-8''n%C3%A4me\r\n\r\ntwo" +
      '\r\n--a b--\r\nignored'
    expect((await call('/files', raw('"a b"', body))).status).toBe(201)
    expect(await resultOf(await call('/files'))).toMatchObject([
      { Name: 'näme', ContentType: 'application/octet-stream', Size: 3 },
      { Name: 'q"u.txt', ContentType: 'text/plain', Size: 5 },
    ])
  })

  it('may have headers without the usual white space, and similar headers before them', async () => {
    const call = await openApi(await openAccount())
    const body =
      '--b\r\nX-Content-Disposition: attachment\r\nContent-Disposition:form-data;filename="a b";name=f\r\n' +
      'X-Content-Type: text/css\r\nContent-Type:text/plain\r\n\r\none\r\n--b--'
    expect((await call('/files', raw('b', body))).status).toBe(201)
    expect(await resultOf(await call('/files'))).toMatchObject([
      { Name: 'a b', ContentType: 'text/plain', Size: 3 },
    ])
  })

  it.each([
    ['another type', { method: 'POST', body: 'text' }, MALFORMED],
    [
      'no boundary',
      { ...raw('', ''), headers: { 'Content-Type': 'multipart/form-data' } },
      MALFORMED,
    ],
    [
      'another type that has a boundary',
      { ...FILE, headers: { 'Content-Type': 'x;boundary=b' } },
      MALFORMED,
    ],
    ['an empty body', raw('b', ''), MALFORMED],
    [
      'no closing delimiter',
      raw('b', '--b\r\nContent-Disposition: form-data; filename="a"\r\n\r\nx'),
      MALFORMED,
    ],
    ['no headers', raw('b', '--b\r\nx\r\n--b--'), MALFORMED],
    [
      'no file',
      raw('b', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--'),
      NO_FILE,
    ],
  ])('with %s gets 400', async (_, init, Message) => {
    const call = await openApi(await openAccount())
    const answer = await call('/files', init)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ Code: 'IncorrectBodyParameter', Message })
    expect(await resultOf(await call('/files'))).toEqual([])
  })

  it('gets application/octet-stream if its content type is not valid in a header', async () => {
    const call = await openApi(await openAccount())
    const body =
      '--b\r\nContent-Disposition: form-data; name=f; filename=a\r\nContent-Type: ü\u0001\r\n\r\nx\r\n--b--'
    const [info] = await resultOf<FileInfo>(await call('/files', raw('b', body)))
    expect((await call(`/files/${info?.ExternalKey}`)).headers.get('content-type')).toBe(
      'application/octet-stream',
    )
  })

  it('over 50 MB gets 413, and its body is not kept', async () => {
    const account = await openAccount()
    const call = await openApi(account)
    const answer = await call('/files', {
      method: 'POST',
      body: new Uint8Array(50 * 1024 * 1024 + 1),
    })
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ Code: 'RequestTooLarge' })
    expect(account.log.api[0]?.body.length).toBe(0)
  })
})

describe('a download', () => {
  it('of an unknown key gets 404, and the error names the key', async () => {
    const answer = await (await openApi(await openAccount()))('/files/a-key')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ Message: 'There is no file a-key.' })
  })

  it('also has an ASCII name, for older clients', async () => {
    const call = await openApi(await openAccount())
    const form = new FormData()
    form.append('File', new Blob(['x']), 'Prüf*"ung".pdf')
    const [info] = await resultOf<FileInfo>(await call('/files', upload(form)))
    const { headers } = await call(`/files/${info?.ExternalKey}`)
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="Pr_f*_ung_.pdf"; filename*=UTF-8''Pr%C3%BCf%2A%22ung%22.pdf`,
    )
  })
})

describe('files in v3', () => {
  const V3 = '/integrations/rest/v3'
  const form = (method: string, ...names: string[]): RequestInit => {
    const body = new FormData()
    for (const name of names) body.append('File', new Blob([name]), name)
    return { method, body }
  }
  const openFiles = async () => {
    const files = {
      '/images/icons/star.svg': { content: '<svg/>', contentType: 'image/svg+xml' },
      '/images/b.png': new Uint8Array([1, 2, 3]),
      '/images/a.png': 'a',
      'readme.txt': 'Read me',
    }
    return openApi(await openAccount({ files }), V3)
  }
  const namesIn = async (answer: Response) => (await resultOf(answer)).map(({ Name }) => Name)

  it('are replaced by PUT under the same key, and never by POST', async () => {
    const call = await openFiles()
    const [readme] = await resultOf<FileInfo>(await call('/files'))
    expect((await call('/files', form('POST', 'README.txt'))).status).toBe(409)
    expect((await call('/files', form('POST', 'x', 'X'))).status).toBe(409)
    expect(await namesIn(await call('/files'))).toEqual(['readme.txt'])
    const replaced = await call('/files', form('PUT', 'README.txt'))
    expect(replaced.status).toBe(200)
    const Result = { Name: 'README.txt', ExternalKey: readme?.ExternalKey }
    expect(await replaced.json()).toEqual({ Result })
    expect(await (await call(`/files/${readme?.ExternalKey}`)).text()).toBe('README.txt')
    expect((await call('/files', form('PUT', 'new.txt'))).status).toBe(201)
    expect((await call('/files', form('PUT', 'a', 'b'))).status).toBe(400)
  })

  it('are found by path', async () => {
    const call = await openFiles()
    const star = await call('/files/path?filePath=/Images/icons/star.svg')
    expect(star.headers.get('content-type')).toBe('image/svg+xml')
    expect(await star.text()).toBe('<svg/>')
    const info = await call('/files/path/fileInfo?filePath=images/b.png')
    expect(await info.json()).toMatchObject({ Result: { Name: 'b.png', Size: 3 } })
    const gone = await call('/files/path?filePath=/images/b.png', { method: 'DELETE' })
    expect(gone.status).toBe(204)
    for (const path of ['/images/b.png', '/nope/b.png', '/images', '']) {
      expect((await call(`/files/path?filePath=${path}`)).status).toBe(404)
    }
    expect((await call('/files/path')).status).toBe(400)
  })

  it('are in folders', async () => {
    const call = await openFiles()
    const [images] = await resultOf<FileInfo>(await call('/files/folders'))
    expect(images).toMatchObject({ Name: 'images' })
    const inImages = `externalKey=${images?.ExternalKey}`
    expect(await namesIn(await call(`/files/folders?${inImages}`))).toEqual(['icons'])
    expect(await namesIn(await call(`/files?${inImages}`))).toEqual(['a.png', 'b.png'])
    expect((await call(`/files?${inImages}`, form('POST', 'c.png'))).status).toBe(201)
    const sorted = await call(`/files?${inImages}&sortField=Size&sortDescending=true`)
    expect(await namesIn(sorted)).toEqual(['c.png', 'b.png', 'a.png'])
    for (const search of ['sortDescending=trueish', 'sortDescending=untrue', '']) {
      const ascending = await call(`/files?${inImages}&${search}`)
      expect(await namesIn(ascending)).toEqual(['a.png', 'b.png', 'c.png'])
    }
    expect(await namesIn(await call('/files/folders?sortField=DateCreated'))).toEqual(['images'])
    const folder = await call(`/files/folders/${images?.ExternalKey}`)
    expect(await folder.json()).toMatchObject({ Result: images })
    for (const path of [
      '/files?externalKey=x',
      '/files/folders?externalKey=x',
      '/files/folders/x',
    ]) {
      expect((await call(path)).status).toBe(404)
    }
  })

  it('are found with parameters whose names are in any case', async () => {
    const call = await openFiles()
    const [images] = await resultOf<FileInfo>(await call('/files/folders'))
    const inImages = `ExternalKey=${images?.ExternalKey}`
    const sorted = `SortField=Name&sortdescending=true&PageSize=5`
    expect(await namesIn(await call(`/files?${inImages}&${sorted}`))).toEqual(['b.png', 'a.png'])
    expect(await namesIn(await call(`/files?${inImages}&PAGENUMBER=2`))).toEqual([])
    expect((await call(`/files?${inImages}`, form('PUT', 'c.png'))).status).toBe(201)
    expect((await call('/files/path?FilePath=/images/c.png')).status).toBe(200)
    expect((await call('/files/path/fileInfo?filepath=/images/c.png')).status).toBe(200)
  })

  it('are listed page by page', async () => {
    const files = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n + 10}`, 'x']))
    const call = await openApi(await openAccount({ files }), V3)
    const page = async (search: string) =>
      (await (await call(`/files?${search}`)).json()) as { Result: unknown[]; Pagination: object }
    expect((await page('')).Result).toHaveLength(25)
    const second = await page('pageNumber=2&pageSize=20')
    expect(second.Result).toHaveLength(10)
    expect(second.Pagination).toEqual({ TotalCount: 30, PageNumber: 2, PageSize: 20 })
    const bySize = await openAccount({ files: { '/ten': 'x'.repeat(10), '/nine': 'x'.repeat(9) } })
    const sizes = await (await openApi(bySize, V3))('/files?sortField=Size')
    expect(await namesIn(sizes)).toEqual(['nine', 'ten'])
    expect((await page('pageSize=5')).Result).toHaveLength(5)
    expect((await page('pageSize=1000')).Result).toHaveLength(30)
    for (const search of ['pageSize=4', 'pageSize=x', 'pageNumber=0', 'sortField=Colour']) {
      const answer = await call(`/files?${search}`)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ Code: 'IncorrectQueryParameter' })
    }
  })
})
