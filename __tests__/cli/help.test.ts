import { expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/help.js'
import { runMain } from './support.js'

it.each([80, 40])('the whole help at %i columns is the text that was reviewed', async (columns) => {
  const pages = []
  for (const args of [[], ...COMMANDS.map((command) => ['help', command])]) {
    const { out } = await runMain(args, {}, { isTTY: true, columns })
    pages.push(`$ ${['axios-caspio-auth', ...args].join(' ')}\n${out}`)
  }
  await expect(pages.join('\n')).toMatchFileSnapshot(`help-${columns}.txt`)
})
