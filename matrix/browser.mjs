import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Starts Chromium. Resolves to undefined if it is not installed. */
export async function startBrowser() {
  const executablePath = process.env.CHROME_PATH || (await findExecutable())
  if (!executablePath) return undefined
  const { chromium } = await import('playwright-core')
  // The sandbox does not work for root, nor in most containers.
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false })
  return {
    version: browser.version(),
    close: () => browser.close(),
    /** Runs one cell in a new page. Resolves to the outcomes of its checks. */
    async run(url, cell) {
      const context = await browser.newContext()
      try {
        const page = await context.newPage()
        const errors = []
        page.on('pageerror', ({ message }) => errors.push(message))
        await page.goto(url)
        await page
          .waitForFunction(() => globalThis.runCell)
          .catch((timeout) => {
            throw new Error(errors[0] ?? timeout.message)
          })
        return await page.evaluate((cell) => globalThis.runCell(cell), cell)
      } finally {
        await context.close()
      }
    },
  }
}

async function findExecutable() {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const file of folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}
