/** Collects the unhandled rejections and exceptions of this process, until `end()`. */
export function watchUnhandled(): { readonly unhandled: unknown[]; end(): void } {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)
  process.on('unhandledRejection', note).on('uncaughtExceptionMonitor', note)
  return {
    unhandled,
    end() {
      process.off('unhandledRejection', note).off('uncaughtExceptionMonitor', note)
    },
  }
}
