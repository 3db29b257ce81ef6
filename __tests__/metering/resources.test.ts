import { describe, expect, it } from 'vitest'
import { createResources } from '../../src/metering/resources.js'

const HOST = 'https://a1bcd234.caspio.com'

describe('a resource is named', () => {
  it.each([
    ['/rest/v1/tables/Orders/rows', 'tables/Orders'],
    ['/rest/v2/tables/Orders/records', 'tables/Orders'],
    ['/integrations/rest/v3/tables/Orders/records', 'tables/Orders'],
    ['/integrations/rest/v4/tables/Orders/records/4711', 'tables/Orders'],
    ['/integrations/rest/v4/tables/Orders/records/bulk', 'tables/Orders'],
    ['/integrations/rest/v3/tables/Orders/attachments/Photo/4711', 'tables/Orders'],
    ['/integrations/rest/v3/tables/Orders/fields/Total', 'tables/Orders'],
    ['/integrations/rest/v3/tables/Orders', 'tables/Orders'],
    ['/integrations/rest/v3/tables/Orders/', 'tables/Orders'],
    ['/integrations/rest/v3/tables', 'tables'],
    ['/integrations/rest/v3/tables/', 'tables'],
    ['/integrations/rest/v3/views/Open_Orders/records', 'views/Open_Orders'],
    ['/REST/V2/Tables/Orders/Records', 'tables/Orders'],
    ['/rest/v2/VIEWS/Open', 'views/Open'],
    ['/rest/v2/files', 'files'],
    ['/rest/v2/files/0d7b6b3e-2c1a-4f5e-9d8c-7b6a5f4e3d2c', 'files'],
    ['/integrations/rest/v3/files/path', 'files'],
    ['/integrations/rest/v3/bridgeApplications/8cf1/datapages/77', 'bridgeApplications'],
    ['/integrations/rest/v3/directories/12/users', 'directories'],
    ['/integrations/rest/v4/tasks/12', 'tasks'],
    ['/integrations/rest/v4/me', 'me'],
    ['/gateway/caspio/rest/v2/tables/Orders/records', 'tables/Orders'],
    ['/rest/v2/tables/My%20Orders/records', 'tables/My Orders'],
    ['/rest/v2/tables/Bestellungen_%C3%96l/records', 'tables/Bestellungen_Öl'],
    ['/rest/v2/tables/a%2Fb/records', 'tables/a/b'],
    ['/rest/v2/tables/100%/records', 'tables/100%'],
    ['/rest/v2/tables/Orders%3Fq.where=1', 'tables/Orders'],
    ['/rest/v2/tables/Orders%23top', 'tables/Orders'],
    ['/rest/v2/tables/%1b%5b31mred%0a', 'tables/ [31mred '],
    [`/rest/v2/tables/${'x'.repeat(300)}/records`, `tables/${'x'.repeat(100)}`],
    ['/rest/v2/4711', 'other'],
    ['/rest/v2/2files', 'other'],
    ['/rest/v2/files2', 'other'],
    ['/rest/v2/mytables/Orders', 'mytables'],
    ['/rest/v2/tablesof/Orders', 'tablesof'],
    ['/rest/v10/tables/Orders', 'tables/Orders'],
    ['/rest/v2/', 'other'],
    ['/rest/v2', 'other'],
    ['/rest/version/tables/Orders', 'other'],
    ['/integrations/rest/v3//tables', 'other'],
    ['/dp/8cf1/emb', 'other'],
    ['/', 'other'],
  ])('%s: %s', (path, name) => {
    const resourceOf = createResources()
    expect([resourceOf(HOST + path), resourceOf(HOST + path)]).toEqual([name, name])
  })
})

describe('many resources', () => {
  it('have at most 1,001 names, and the rest is other', () => {
    const resourceOf = createResources()
    const names = new Set<string>()
    for (let n = 0; n < 20_000; n++) {
      names.add(resourceOf(`${HOST}/rest/v2/tables/T${n}/records`))
    }
    expect(names.size).toBe(1_001)
    expect(names).toContain('tables/T999')
    expect(names).toContain('other')
    expect(resourceOf(`${HOST}/rest/v2/tables/T5/records`)).toBe('tables/T5')
    expect(resourceOf(`${HOST}/rest/v2/tables/T1000/records`)).toBe('other')
  })
})
