import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Starts the Chromium of this machine; resolves to undefined where there is none. */
export async function startBrowser() {
  const executablePath = process.env.CHROME_PATH || (await findExecutable())
  if (!executablePath) return undefined
  const { chromium } = await import('playwright-core')
  // Its sandbox is not to be had for root, nor in most containers.
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false })
  return {
    version: browser.version(),
    close: () => browser.close(),
    /** Runs one cell in a page of its own; resolves to the outcomes of its checks. */
    async run(url, cell) {
      const context = await browser.newContext()
      try {
        const page = await context.newPage()
        const errors = []
        page.on('pageerror', ({ message }) => errors.push(message))
        await page.goto(url)
        await page
          .waitForFunction(() => globalThis.runCell)
          .catch((late) => {
            throw new Error(errors[0] ?? late.message)
          })
        return await page.evaluate((told) => globalThis.runCell(told), cell)
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
