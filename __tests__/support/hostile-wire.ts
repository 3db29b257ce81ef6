import type { Socket } from 'node:net'

/** The proxy's side of a client's connection, for one request. */
export interface Wire {
  /** Resolves when the client had time to read the bytes. Rejects if the client has closed. */
  write(bytes: Buffer | string): Promise<void>
  /** Writes the last bytes. The client may then treat the request as answered. */
  finish(bytes: Buffer | string): Promise<void>
  /** Sends a FIN. */
  end(): void
  /** Sends a RST. */
  reset(): void
  /** Rejects if the client closes. */
  pause(ms: number): Promise<void>
}

// Turns of the event loop, which the client shares.
const READING_TIME_IN_TURNS = 4
const CLOSED = 'the client has closed the connection'

/** @param done called just before the client may treat the request as finished */
export function wireTo(socket: Socket, done: () => void): Wire {
  const pause = (ms: number) =>
    new Promise<void>((resolve, reject) => {
      const onClose = () => {
        clearTimeout(timer)
        reject(new Error(CLOSED))
      }
      const timer = setTimeout(() => {
        socket.off('close', onClose)
        resolve()
      }, ms)
      if (socket.destroyed) onClose()
      else socket.once('close', onClose)
    })
  const write = async (bytes: Buffer | string) => {
    socket.write(bytes)
    for (let turn = 0; turn < READING_TIME_IN_TURNS; turn++) await new Promise(setImmediate)
    if (socket.destroyed) throw new Error(CLOSED)
  }
  return {
    pause,
    write,
    finish(bytes) {
      done()
      return write(bytes)
    },
    end() {
      done()
      socket.end()
    },
    reset() {
      done()
      resetNow(socket)
    },
  }
}

/** Sends only a RST. Node's `resetAndDestroy()` sends a FIN before it. */
export function resetNow(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true }).destroy()
}
