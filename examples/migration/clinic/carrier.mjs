// A stand-in server for the carrier.
import { once } from 'node:events'
import { createServer } from 'node:http'

const RATES = { parcel: 12.5, letter: 3 }

/** `requests` lists what the carrier received. `onPickup` is called before a pickup is confirmed. */
export async function startCarrier(onPickup = () => {}) {
  const requests = []
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    requests.push({ method, url, headers })
    request.resume()
    request.on('end', () => {
      if (method === 'POST') onPickup()
      const answer = method === 'POST' ? { pickup: requests.length } : RATES
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
