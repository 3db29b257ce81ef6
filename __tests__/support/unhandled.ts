/** Everything of this process that nobody handled. Restores what it did when called. */
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
