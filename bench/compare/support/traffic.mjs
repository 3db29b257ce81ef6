import { Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'

// Client and server share one event loop, and loopback is quick: when nothing has come or gone for
// so many turns of it, nothing will, however busy the machine is.
const CALM_TURNS = 50

/**
 * The requests to the servers of this process: counts them, and holds them back when told. They
 * are of two kinds, `token` and `api`.
 */
export function watchTraffic() {
  const arrived = { token: 0, api: 0 }
  const held = { token: [], api: [] }
  const isHeld = { token: false, api: false }
  let answered = 0
  let moves = 0

  const { emit } = Server.prototype
  Server.prototype.emit = function (event, ...args) {
    if (event !== 'request') return emit.call(this, event, ...args)
    const [request, response] = args
    const kind = request.url.startsWith('/oauth/token') ? 'token' : 'api'
    arrived[kind]++
    moves++
    response.once('close', () => {
      answered++
      moves++
    })
    const serve = () => emit.call(this, event, ...args)
    return isHeld[kind] ? held[kind].push(serve) > 0 : serve()
  }

  const underWay = () =>
    arrived.token + arrived.api - answered - held.token.length - held.api.length

  return {
    arrived,
    /** From now on holds back what arrives. */
    hold(kind) {
      isHeld[kind] = true
    },
    /** From now on lets pass what arrives. What is held stays. */
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
    isHolding: (kind) => held[kind].length > 0,
    /** Resolves once nothing moves but what is held. */
    async quiet() {
      for (let calm = 0; calm < CALM_TURNS; calm++) {
        const before = moves
        await turn()
        if (moves !== before || underWay() > 0) calm = 0
      }
    },
    stop() {
      Server.prototype.emit = emit
    },
  }
}
