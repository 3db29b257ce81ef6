import { Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'

// Client and server share one event loop, and loopback is fast. If nothing was sent or received for so
// many turns of the event loop, nothing is under way, even on a busy machine.
const QUIET_TURNS = 50

/**
 * Counts the requests to the servers of this process, and can hold them back. There are two kinds,
 * `token` and `api`.
 */
export function watchTraffic() {
  const arrived = { token: 0, api: 0 }
  const held = { token: [], api: [] }
  const isHeld = { token: false, api: false }
  const onTokenRequest = []
  let answered = 0
  let changes = 0

  const { emit } = Server.prototype
  Server.prototype.emit = function (event, ...args) {
    if (event !== 'request') return emit.call(this, event, ...args)
    const [request, response] = args
    const kind = request.url.startsWith('/oauth/token') ? 'token' : 'api'
    arrived[kind]++
    if (kind === 'token') for (const resolve of onTokenRequest.splice(0)) resolve()
    changes++
    response.once('close', () => {
      answered++
      changes++
    })
    const serve = () => emit.call(this, event, ...args)
    return isHeld[kind] ? held[kind].push(serve) > 0 : serve()
  }

  const underWay = () =>
    arrived.token + arrived.api - answered - held.token.length - held.api.length

  return {
    arrived,
    /** Holds back requests that arrive from now on. */
    hold(kind) {
      isHeld[kind] = true
    },
    /** Passes on requests that arrive from now on. Those that are held back stay. */
    letPass(kind) {
      isHeld[kind] = false
    },
    releaseOne(kind) {
      held[kind].shift()()
    },
    release(kind) {
      isHeld[kind] = false
      for (const serve of held[kind].splice(0)) serve()
    },
    /** Resolves when the next token request arrives. */
    tokenRequest: () => new Promise((resolve) => onTokenRequest.push(resolve)),
    isHolding: (kind) => held[kind].length > 0,
    /** Resolves when nothing is under way except requests that are held back. */
    async quiet() {
      for (let quietTurns = 0; quietTurns < QUIET_TURNS; quietTurns++) {
        const before = changes
        await turn()
        if (changes !== before || underWay() > 0) quietTurns = 0
      }
    },
    stop() {
      Server.prototype.emit = emit
    },
  }
}
