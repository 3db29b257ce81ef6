import { Agent, get } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { getToken, openAccount } from '../client.js'

// Counts CPU time, of the client too: it depends little on what else the machine does. `npx tsx
// bench/queries.ts` measures the account alone.
describe('a query over HTTP', () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => ({
    Name: `${['Smith', 'Johnson', 'Müller'][index % 3]} ${index}`,
  }))

  async function open() {
    const account = await openAccount({ tables: { Large: rows, Small: rows.slice(0, 50) } })
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    const { access_token } = await getToken(account)
    const headers = { Authorization: `Bearer ${access_token}` }
    return (table: string, parameters: Record<string, string>) => {
      const url = `${account.url}/integrations/rest/v3/tables/${table}/records?${new URLSearchParams(parameters)}`
      return new Promise<string>((resolve, reject) => {
        get(url, { agent, headers }, async (res) => {
          resolve(Buffer.concat(await res.toArray()).toString())
        }).on('error', reject)
      })
    }
  }

  async function cpuMs(run: () => Promise<unknown>): Promise<number> {
    const before = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1_000
  }

  it('searches 100,000 rows with LIKE, page by page, in less than 200 ms', async () => {
    const call = await open()
    const parameters = {
      'q.where': "Name LIKE '%smith%9%'",
      'q.pageSize': '100',
      'q.pageNumber': '20',
      'q.getPaginationInfo': 'true',
    }
    const { Result, Pagination } = JSON.parse(await call('Large', parameters))
    expect(Result).toHaveLength(100)
    expect(Pagination.TotalCount).toBe(rows.filter(({ Name }) => /smith.*9/i.test(Name)).length)
    const times: number[] = []
    for (let run = 0; run < 5; run += 1) times.push(await cpuMs(() => call('Large', parameters)))
    expect(Math.min(...times)).toBeLessThan(200)
  })

  it('reads a row of a small table 1,000 times a second', async () => {
    const call = await open()
    const read = async (count: number) => {
      for (let sent = 0; sent < count; sent += 1) await call('Small', { 'q.where': 'PK_ID=50' })
    }
    await read(200)
    const times: number[] = []
    for (let run = 0; run < 5; run += 1) times.push(await cpuMs(() => read(200)))
    // The client takes about as long as the account.
    expect(Math.min(...times)).toBeLessThan(2 * 200)
  })
})
