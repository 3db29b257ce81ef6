import { describe, expect, it } from 'vitest'
import { openAccount, openApi, resultOf } from './client.js'

const V3 = '/integrations/rest/v3'
const PHOTO = '/tables/People/attachments/Photo'

const upload = (...files: [name: string, content: string][]): RequestInit => {
  const body = new FormData()
  for (const [name, content] of files) {
    body.append('File', new Blob([content], { type: 'image/png' }), name)
  }
  return { method: 'PUT', body }
}

async function openPeople() {
  const Photo = {
    Type: 'ATTACHMENT',
    AttachmentPermittedFileTypes: ['PNG'],
    AttachmentMinFileSize: 1,
    AttachmentMaxFileSize: 5,
  } as const
  const rows = [{ Name: 'a', Login: 'secret' }, { Name: 'b' }]
  const tables = {
    People: { rows, fields: { Photo, Scan: 'ATTACHMENT', Login: 'PASSWORD' } },
  } as const
  const views = { Named: { table: 'People', fields: ['Name', 'Photo'] } }
  return openApi(await openAccount({ tables, views }), V3)
}

describe('an attachment', () => {
  it('comes back byte for byte, with its name and type', async () => {
    const call = await openPeople()
    expect((await call(`${PHOTO}/1`, upload(['me.png', 'me']))).status).toBe(204)
    const download = await call(`${PHOTO}/1`)
    expect(await download.text()).toBe('me')
    expect(download.headers.get('content-type')).toBe('image/png')
    expect(download.headers.get('content-disposition')).toContain('filename="me.png"')
    const [row] = await resultOf(await call('/tables/People/records'))
    expect(row).toMatchObject({ Photo: 'me.png', Scan: null })
    expect((await call(`/views/Named/attachments/Photo/1`)).status).toBe(200)
  })

  it('has a fileInfo, a new name on request, and an end', async () => {
    const call = await openPeople()
    await call(`${PHOTO}/1`, upload(['me.png', 'me']))
    const info = await resultOf(await call(`${PHOTO}/fileInfo`))
    expect(info).toMatchObject([
      { PK_ID: 1, FileName: 'me.png', FileType: 'image/png', Size: 2 },
      { PK_ID: 2, FileName: null, DateCreated: null },
    ])
    const ofView = await call('/views/Named/attachments/Photo/fileInfo?q.where=PK_ID=1')
    expect(await resultOf(ofView)).toMatchObject([{ PK_ID: '1', FileName: 'me.png' }])

    const rename = { method: 'PUT', body: JSON.stringify({ FileName: 'you.png' }) }
    const renamed = await call(`${PHOTO}/fileInfo?q.where=PK_ID>0&response=rows`, rename)
    expect(await renamed.json()).toMatchObject({
      RecordsAffected: 1,
      Result: [{ Photo: 'you.png' }],
    })
    const download = await call(`${PHOTO}/1`)
    expect(await download.text()).toBe('me')
    expect(download.headers.get('content-disposition')).toContain('you.png')
    expect(await (await call(`${PHOTO}/fileInfo?q.where=PK_ID=2`, rename)).json()).toEqual({
      RecordsAffected: 0,
    })
    for (const FileName of ['', 'you.gif', 'you']) {
      const bad = { method: 'PUT', body: JSON.stringify({ FileName }) }
      expect((await call(`${PHOTO}/fileInfo?q.where=PK_ID=1`, bad)).status).toBe(400)
    }
    expect((await resultOf(await call(`${PHOTO}/fileInfo`)))[0]).toMatchObject({
      FileName: 'you.png',
    })

    const deleted = await call(`${PHOTO}?q.where=PK_ID=1`, { method: 'DELETE' })
    expect(await deleted.json()).toEqual({ RecordsAffected: 1 })
    expect((await call(`${PHOTO}/1`)).status).toBe(404)
  })

  it.each(['q.limit=1', 'q.orderBy=Name', 'q.pageSize=5', 'q.select=Name'])(
    'has a fileInfo that takes no %s',
    async (parameter) => {
      const call = await openPeople()
      const answer = await call(`${PHOTO}/fileInfo?${parameter}`)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({ Code: 'IncorrectQueryParameter' })
    },
  )

  it('ends with its record, and keeps its field under a new name', async () => {
    const call = await openPeople()
    await call(`${PHOTO}/1`, upload(['a.png', 'a']))
    await call(`/tables/People/attachments/Scan/1`, upload(['s.pdf', 's']))
    await call(`${PHOTO}/2`, upload(['b.png', 'b']))
    const rename = { method: 'PUT', body: JSON.stringify({ Name: 'Portrait' }) }
    expect((await call('/tables/People/fields/Photo', rename)).status).toBe(204)
    expect(await (await call('/tables/People/attachments/Portrait/2')).text()).toBe('b')
    await call('/tables/People/records?q.where=PK_ID=2', { method: 'DELETE' })
    expect((await call('/tables/People/attachments/Portrait/2')).status).toBe(404)
    expect(await (await call('/tables/People/attachments/Portrait/1')).text()).toBe('a')
  })

  it('ends with its field, even if there is a new field of the same name', async () => {
    const call = await openPeople()
    await call(`${PHOTO}/1`, upload(['a.png', 'a']))
    await call(`/tables/People/attachments/Scan/1`, upload(['s.pdf', 's']))
    expect((await call('/tables/People/fields/Photo', { method: 'DELETE' })).status).toBe(204)
    const add = { method: 'POST', body: JSON.stringify({ Name: 'Photo', Type: 'ATTACHMENT' }) }
    expect((await call('/tables/People/fields', add)).status).toBe(201)
    expect((await call(`${PHOTO}/1`)).status).toBe(404)
    const [info] = await resultOf(await call(`${PHOTO}/fileInfo`))
    expect(info).toMatchObject({ PK_ID: 1, FileName: null })
    expect(await (await call('/tables/People/attachments/Scan/1')).text()).toBe('s')
  })

  it.each<[reason: string, path: string, init: RequestInit, status: number]>([
    ['a type that is not permitted', `${PHOTO}/1`, upload(['me.gif', 'me']), 400],
    ['an empty file', `${PHOTO}/1`, upload(['me.png', '']), 400],
    ['a file that is too large', `${PHOTO}/1`, upload(['me.png', '6bytes']), 400],
    ['two files', `${PHOTO}/1`, upload(['a.png', 'a'], ['b.png', 'b']), 400],
    ['no form', `${PHOTO}/1`, { method: 'PUT', body: 'x' }, 400],
    ['an unknown record', `${PHOTO}/9`, upload(['a.png', 'a']), 404],
    ['a field of another type', '/tables/People/attachments/Name/1', upload(['a.png', 'a']), 400],
    ['an unknown field', '/tables/People/attachments/Nope/1', upload(['a.png', 'a']), 404],
    [
      'a field that the view leaves out',
      '/views/Named/attachments/Scan/1',
      upload(['a.png', 'a']),
      404,
    ],
  ])('is refused for %s', async (_, path, init, status) => {
    const call = await openPeople()
    expect((await call(path, init)).status).toBe(status)
    expect((await resultOf(await call('/tables/People/records')))[0]).toMatchObject({ Photo: null })
  })

  it.each([
    ['Photo', 'me.png', '5byte'],
    ['Photo', 'me.PNG', '1'],
    ['Scan', 'any.type', 'of any size'],
  ])('of the field %s may be %s: %s', async (field, name, content) => {
    const call = await openPeople()
    const path = `/tables/People/attachments/${field}/1`
    expect((await call(path, upload([name, content]))).status).toBe(204)
    expect(await (await call(path)).text()).toBe(content)
    await call(`/tables/People/attachments/${field}?q.where=PK_ID=1`, { method: 'DELETE' })
    expect((await resultOf(await call('/tables/People/records')))[0]).toMatchObject({
      [field]: null,
    })
  })
})

describe('a password field', () => {
  const LOGIN = '/tables/People/passwordFields/Login?q.where=PK_ID=1'
  const put = (Value: unknown) => ({ method: 'PUT', body: JSON.stringify({ Value }) })

  it('never shows its password', async () => {
    const call = await openPeople()
    const expectHidden = async () => {
      for (const row of await resultOf(await call('/tables/People/records'))) {
        expect(row).not.toHaveProperty('Login')
      }
    }
    await expectHidden()
    expect(await resultOf(await call('/tables/People/passwordFields'))).toEqual(['Login'])
    expect(await (await call(LOGIN, put('open sesame'))).json()).toEqual({ RecordsAffected: 1 })
    await expectHidden()
    expect((await call(LOGIN, put(5))).status).toBe(400)
    expect((await call(LOGIN, put(null))).status).toBe(200)
    expect((await call(LOGIN, { method: 'DELETE' })).status).toBe(200)
    const add = { method: 'POST', body: JSON.stringify({ Name: 'Pin', Type: 'PASSWORD' }) }
    expect((await call('/tables/People/fields', add)).status).toBe(201)
    const insert = { method: 'POST', body: JSON.stringify({ Name: 'c' }) }
    const inserted = await call('/tables/People/records?response=rows', insert)
    expect(await resultOf(inserted)).toEqual([{ PK_ID: 3, Name: 'c', Photo: null, Scan: null }])
    const change = { method: 'PUT', body: JSON.stringify({ Type: 'STRING' }) }
    expect((await call('/tables/People/fields/Pin', change)).status).toBe(400)
  })

  it.each(['Name', 'Nope'])('is not %s', async (name) => {
    const call = await openPeople()
    const path = `/tables/People/passwordFields/${name}?q.where=PK_ID=1`
    expect((await call(path, put('x'))).status).toBe(404)
  })
})
