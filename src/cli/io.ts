/** What a command uses of its process. */
export interface Io {
  readonly env: Environment
  readonly stdout: Output
  readonly stderr: Output
  /** Stops a command that otherwise runs until its process ends. */
  readonly signal?: AbortSignal
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** The width of the terminal. */
  readonly columns?: number
  getColorDepth?(env: Environment): number
}
