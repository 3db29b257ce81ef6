import { randomUUID } from 'node:crypto'
import type { FilePart } from '../multipart.js'

export interface Folder {
  key: string
  name: string
  /** The key of the folder that holds it. Undefined for the root. */
  parent: string | undefined
  /** Milliseconds since the epoch. */
  created: number
}

export interface StoredFile extends FilePart {
  key: string
  /** The key of the folder that holds it. Undefined for the root. */
  folder: string | undefined
  created: number
  modified: number
}

/** The account's files and folders. No folder holds two files of the same name, in any case. */
export class FileArea {
  readonly #files = new Map<string, StoredFile>()
  readonly #folders = new Map<string, Folder>()

  folder(key: string): Folder | undefined {
    return this.#folders.get(key)
  }

  foldersIn(parent: string | undefined): Folder[] {
    return [...this.#folders.values()].filter((folder) => folder.parent === parent)
  }

  file(key: string): StoredFile | undefined {
    return this.#files.get(key)
  }

  filesIn(folder: string | undefined): StoredFile[] {
    return [...this.#files.values()].filter((file) => file.folder === folder)
  }

  fileNamed(name: string, folder: string | undefined): StoredFile | undefined {
    return this.filesIn(folder).find((file) => isSameName(file.name, name))
  }

  /** @param path such as `/images/logo.png`, with or without the first slash */
  fileAt(path: string): StoredFile | undefined {
    const [name, ...folders] = split(path).reverse() as [string, ...string[]]
    let parent: string | undefined
    for (const folderName of folders.reverse()) {
      const folder = this.foldersIn(parent).find((item) => isSameName(item.name, folderName))
      if (folder === undefined) return undefined
      parent = folder.key
    }
    return this.fileNamed(name, parent)
  }

  /** Stores a file. It replaces a file of the same name and keeps its key. */
  put(part: FilePart, folder: string | undefined): StoredFile {
    const now = Date.now()
    const { key, created } = this.fileNamed(part.name, folder) ?? {
      key: randomUUID(),
      created: now,
    }
    const file = { ...part, key, folder, created, modified: now }
    this.#files.set(key, file)
    return file
  }

  /** Stores a file, and makes the folders of its path. */
  putAt(path: string, part: Omit<FilePart, 'name'>): void {
    const [name, ...folders] = split(path).reverse() as [string, ...string[]]
    let parent: string | undefined
    for (const folderName of folders.reverse()) parent = this.#makeFolder(folderName, parent)
    this.put({ ...part, name }, parent)
  }

  delete(file: StoredFile): void {
    this.#files.delete(file.key)
  }

  #makeFolder(name: string, parent: string | undefined): string {
    const present = this.foldersIn(parent).find((folder) => isSameName(folder.name, name))
    if (present !== undefined) return present.key
    const folder = { key: randomUUID(), name, parent, created: Date.now() }
    this.#folders.set(folder.key, folder)
    return folder.key
  }
}

function split(path: string): string[] {
  return path.replace(/^\/+/, '').split('/')
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
