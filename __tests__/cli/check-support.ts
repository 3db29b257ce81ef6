import type { ServerResponse } from 'node:http'
import { expect } from 'vitest'
import type { Step } from '../../src/cli/check/step.js'
import type { Environment } from '../../src/cli/io.js'
import type { Received } from '../support/raw-server.js'
import { runMain } from './support.js'

export interface Checked {
  readonly code: number
  readonly steps: Record<string, Step>
  readonly calls: Record<string, number>
  /** The messages and the advice of the failed steps. */
  readonly text: string
}

export async function check(env: Environment, ...args: string[]): Promise<Checked> {
  const { code, out, err } = await runMain(['check', '--json', ...args], env)
  expect(err).toBe('')
  const { ok, steps, calls }: { ok: boolean; steps: Step[]; calls: Checked['calls'] } =
    JSON.parse(out)
  expect(ok).toBe(code === 0)
  const failed = steps.filter((step) => !step.ok)
  return {
    code,
    calls,
    steps: Object.fromEntries(steps.map((step) => [step.name, step])),
    text: failed.flatMap(({ message, advice }) => [message, ...advice]).join('\n'),
  }
}

/** Expects that the step failed, and that it was the last one. */
export function expectFailureAt(name: string, { code, steps }: Checked): void {
  const names = ['values', 'host', 'client', 'token', 'v3', 'v4']
  expect(Object.keys(steps)).toEqual(names.slice(0, names.indexOf(name) + 1))
  const failed = Object.values(steps).filter((step) => !step.ok)
  expect(failed.map((step) => step.name)).toEqual([name])
  expect(failed[0]?.advice.length).toBeGreaterThan(0)
  expect(code).toBe(1)
}

export const ELSEWHERE = { Location: 'http://127.0.0.1:1/login' }

/** Forwards a request, as a gateway does. */
export async function passOn(
  { method, url, headers: { host: _, ...headers }, body }: Received,
  response: ServerResponse,
  origin: string,
): Promise<void> {
  const answer = await fetch(`${origin}${url}`, {
    method,
    headers: headers as Record<string, string>,
    ...(body.length > 0 && { body: `${body}` }),
  })
  response.writeHead(answer.status, { 'Content-Type': 'application/json' })
  response.end(await answer.text())
}

export const VARIABLES = ['CASPIO_CLIENT_ID', 'CASPIO_CLIENT_SECRET', 'CASPIO_TOKEN_ENDPOINT_URL']

/** The variables that a text calls wrong. */
export function blamed(text: string): string[] {
  return VARIABLES.filter((name) => new RegExp(`${name} is (wrong|not set|empty)`).test(text))
}

/** Changes one digit in the middle. */
export function mistyped(value: string): string {
  return `${value.slice(0, 20)}${value[20] === '7' ? '8' : '7'}${value.slice(21)}`
}
