import { describe, expect, it } from 'vitest'
import { openAccount, openApi, resultOf } from './client.js'

const RECORDS = '/views/Cardiologists/records'
const json = (method: string, body: unknown): RequestInit => ({
  method,
  body: JSON.stringify(body),
})

describe('a view', () => {
  it('shows some rows and fields of its table', async () => {
    const call = await openApi(await openAccount())
    const rows = await resultOf(await call(`${RECORDS}?q.orderBy=PK_ID&q.where=City='Oakland'`))
    expect(rows).toEqual([
      {
        PK_ID: 1,
        FirstName: 'Amara',
        LastName: 'Okafor',
        City: 'Oakland',
        AcceptsNewPatients: true,
      },
    ])
    expect((await call(`${RECORDS}?q.where=Specialty='Cardiology'`)).status).toBe(400)
    const fields = await resultOf(await call('/views/cardiologists/fields'))
    expect(fields.map(({ Name }) => Name)).toEqual([
      'PK_ID',
      'FirstName',
      'LastName',
      'City',
      'AcceptsNewPatients',
    ])
    expect(fields.map(({ TableFieldName }) => TableFieldName)).toEqual(
      fields.map(({ Name }) => Name),
    )
    const field = await (await call('/views/Cardiologists/fields/City')).json()
    expect(field).toMatchObject({ Result: { Name: 'City', TableFieldName: 'City' } })
    expect((await call('/views/Cardiologists/fields/Specialty')).status).toBe(404)
  })

  it('writes to its table', async () => {
    const call = await openApi(await openAccount())
    const update = json('PUT', { City: 'Fresno' })
    const updated = await call(`${RECORDS}?q.where=LastName='Okafor'&response=rows`, update)
    expect(await updated.json()).toEqual({
      RecordsAffected: 1,
      Result: [
        {
          PK_ID: 1,
          FirstName: 'Amara',
          LastName: 'Okafor',
          City: 'Fresno',
          AcceptsNewPatients: true,
        },
      ],
    })
    const [row] = await resultOf(await call('/tables/Physicians/records?q.where=PK_ID=1'))
    expect(row).toMatchObject({ City: 'Fresno', Specialty: 'Cardiology' })

    const inserted = await call(`${RECORDS}?response=rows`, json('POST', { LastName: 'New' }))
    expect(await resultOf(inserted)).toMatchObject([{ PK_ID: 13, LastName: 'New' }])
    expect(await resultOf(await call(`${RECORDS}?q.where=PK_ID=13`))).toEqual([])

    await call(`${RECORDS}?q.where=PK_ID>0`, { method: 'DELETE' })
    expect(await resultOf(await call(RECORDS))).toEqual([])
    expect(await resultOf(await call('/tables/Physicians/records'))).toHaveLength(10)
  })

  it('writes no field that it does not show', async () => {
    const call = await openApi(await openAccount())
    const answer = await call(RECORDS, json('POST', { Specialty: 'Oncology' }))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      Code: 'FieldNotFound',
      Message: "The view has no field 'Specialty'.",
    })
  })

  it('shows neither passwords nor deleted fields in the rows that it writes', async () => {
    const fields = { Login: 'PASSWORD' } as const
    const tables = { Users: { rows: [{ Name: 'a', City: 'b' }], fields } }
    const views = { Logins: { table: 'Users', fields: ['Name', 'City', 'Login'] } }
    const account = await openAccount({ tables, views })
    const call = await openApi(account, '/integrations/rest')
    await call('/v3/tables/Users/fields/City', { method: 'DELETE' })
    const records = '/v3/views/Logins/records'
    const inserted = await call(`${records}?response=rows`, json('POST', { Name: 'c' }))
    expect(await resultOf(inserted)).toEqual([{ PK_ID: 2, Name: 'c' }])
    const change = json('PUT', { Name: 'd' })
    const updated = await call(`${records}?response=rows&q.where=PK_ID=1`, change)
    expect(await resultOf(updated)).toEqual([{ PK_ID: 1, Name: 'd' }])
    const one = await (await call('/v4/views/Logins/records/1')).json()
    expect(one).toEqual({ data: { PK_ID: 1, Name: 'd' } })
  })

  it('may name its fields in any case, PK_ID among them', async () => {
    const tables = { Orders: [{ Name: 'a', Total: 1 }] }
    const views = { Totals: { table: 'Orders', fields: ['total', 'pk_id'] } }
    const call = await openApi(await openAccount({ tables, views }))
    const answer = await call('/views/Totals/records')
    expect(await answer.text()).toBe('{"Result":[{"PK_ID":1,"Total":1}]}')
  })

  it('without a condition and fields shows its whole table', async () => {
    const views = { Everyone: { table: 'Physicians', note: 'All of them' } }
    const call = await openApi(await openAccount({ views }))
    const rows = await resultOf(await call('/views/Everyone/records'))
    expect(rows).toEqual(await resultOf(await call('/tables/Physicians/records')))
    await call('/views/Everyone/records?q.where=PK_ID=1', { method: 'DELETE' })
    expect(await resultOf(await call('/views/Everyone/records'))).toHaveLength(11)
    expect(await (await call('/views/Everyone')).json()).toEqual({
      Result: { Name: 'Everyone', Note: 'All of them' },
    })
  })
})
