/**
 * Measures how fast the stand-in account answers queries over HTTP. The client is a process of its
 * own, and the CPU time is that of the account alone, so that other programs change it little.
 * Usage: npx tsx bench/queries.ts
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { startCaspioAccount } from '../src/testing/index.js'

interface Job {
  url: string
  authorization: string
  count: number
}

if (process.send) {
  process.on('message', (job: Job) => run(job).then((ms) => process.send?.(ms)))
} else {
  await measure()
}

async function measure(): Promise<void> {
  const large = Array.from({ length: 100_000 }, (_, index) => ({
    Name: `${['Smith', 'Johnson', 'Müller', 'Nakamura'][index % 4]} ${index}`,
    City: `City ${index % 97}`,
    Total: ((index * 7_919) % 1_000) / 4,
    IsActive: index % 2 === 0,
    Created: new Date(Date.UTC(2020, 0, 1) + index * 3_600_000).toISOString().slice(0, 19),
  }))
  await using account = await startCaspioAccount({
    tables: { Large: large, Small: large.slice(0, 50) },
  })
  const { clientID, clientSecret, tokenEndpointURL } = account.credentials
  const answer = await fetch(tokenEndpointURL, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${clientID}:${clientSecret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  const client = fork(new URL(import.meta.url))
  const records = `${account.url}/integrations/rest/v3/tables`
  const time = async (name: string, table: string, parameters: object, count: number) => {
    const url = `${records}/${table}/records?${new URLSearchParams({ ...parameters })}`
    const job = { url, authorization: `Bearer ${access_token}`, count }
    await ask(client, { ...job, count: 5 })
    const before = process.cpuUsage()
    const ms = await ask(client, job)
    const { user, system } = process.cpuUsage(before)
    const cpuMs = (user + system) / 1_000 / count
    console.log(
      `${name}: ${(ms / count).toFixed(2)} ms, of which ${cpuMs.toFixed(2)} ms of CPU: ${Math.round(1_000 / cpuMs)} a second on one core`,
    )
  }
  const page = { 'q.pageSize': '100', 'q.pageNumber': '20' }
  const like = "Name LIKE '%smith%9%'"
  await time('LIKE, page 20 of 100,000 rows', 'Large', { 'q.where': like, ...page }, 20)
  const counted = { 'q.where': like, 'q.getPaginationInfo': 'true', ...page }
  await time('the same with the total', 'Large', counted, 20)
  await time('sorted by a text', 'Large', { 'q.orderBy': 'Name', ...page }, 5)
  const grouped = { 'q.select': 'City,SUM(Total) AS Sum', 'q.groupBy': 'City' }
  await time('grouped', 'Large', grouped, 10)
  await time('one row of 100,000', 'Large', { 'q.where': 'PK_ID=50000' }, 100)
  await time('one row of 50', 'Small', { 'q.where': 'PK_ID=50' }, 5_000)
  await time('25 rows of 50', 'Small', { 'q.where': 'IsActive=1' }, 5_000)
  client.disconnect()
}

async function ask(client: ChildProcess, job: Job): Promise<number> {
  client.send(job)
  const [ms] = await once(client, 'message')
  return ms as number
}

/** Sends the requests one after another. Returns the milliseconds that they took. */
async function run({ url, authorization, count }: Job): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const started = performance.now()
  for (let sent = 0; sent < count; sent += 1) {
    await new Promise<void>((resolve, reject) => {
      get(url, { agent, headers: { authorization } }, (res) => {
        if (res.statusCode !== 200) reject(new Error(`status ${res.statusCode}`))
        res.resume().on('end', resolve)
      }).on('error', reject)
    })
  }
  agent.destroy()
  return performance.now() - started
}
