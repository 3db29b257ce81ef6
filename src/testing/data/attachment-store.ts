import type { FilePart } from '../multipart.js'

/** A file in a field of a record. */
export interface Attachment extends FilePart {
  /** Milliseconds since the epoch. */
  created: number
  updated: number
}

/** The files in the records of one table. */
export class AttachmentStore {
  readonly #files = new Map<string, Attachment>()

  get(key: unknown, field: string): Attachment | undefined {
    return this.#files.get(`${key}/${field}`)
  }

  put(key: unknown, field: string, file: FilePart): void {
    const now = Date.now()
    const created = this.get(key, field)?.created ?? now
    this.#files.set(`${key}/${field}`, { ...file, created, updated: now })
  }

  delete(key: unknown, field: string): void {
    this.#files.delete(`${key}/${field}`)
  }

  deleteField(field: string): void {
    for (const path of [...this.#files.keys()]) {
      if (path.endsWith(`/${field}`)) this.#files.delete(path)
    }
  }

  renameField(field: string, next: string): void {
    for (const [path, file] of [...this.#files]) {
      const [key, name] = path.split('/')
      if (name !== field) continue
      this.#files.delete(path)
      this.#files.set(`${key}/${next}`, file)
    }
  }
}
