/** What a command sees of its process. */
export interface Io {
  readonly env: Environment
  readonly stdout: Output
  readonly stderr: Output
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  getColorDepth?(env: Environment): number
}
