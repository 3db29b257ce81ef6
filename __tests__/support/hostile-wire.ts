import type { Socket } from 'node:net'

/** The proxy's end of a client's connection, while one request has it. */
export interface Wire {
  /** Resolves when the other side had time to read it. Rejects if it leaves. */
  write(bytes: Buffer | string): Promise<void>
  /** `write` of the last that is to come: the other side may take the request for answered. */
  finish(bytes: Buffer | string): Promise<void>
  /** A FIN. */
  end(): void
  /** A RST. */
  reset(): void
  /** Rejects if the other side leaves. */
  pause(ms: number): Promise<void>
}

// Of the event loop, which the client shares.
const READING_TIME_IN_TURNS = 4
const LEFT = 'the client has left'

/** @param done called just before the other side may take the request for over */
export function wireTo(socket: Socket, done: () => void): Wire {
  const pause = (ms: number) =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer)
        reject(new Error(LEFT))
      }
      const timer = setTimeout(() => {
        socket.off('close', leave)
        resolve()
      }, ms)
      if (socket.destroyed) leave()
      else socket.once('close', leave)
    })
  const write = async (bytes: Buffer | string) => {
    socket.write(bytes)
    for (let turn = 0; turn < READING_TIME_IN_TURNS; turn++) await new Promise(setImmediate)
    if (socket.destroyed) throw new Error(LEFT)
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

/** A RST and nothing else. Node's `resetAndDestroy()` has a FIN go ahead of it. */
export function resetNow(socket: Socket): void {
  Object.assign(socket, { resetAndClosing: true }).destroy()
}
