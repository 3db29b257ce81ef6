import { ownProperty } from '../../lib/own-properties.js'
import { printable } from '../../lib/redact.js'
import { counted } from '../text.js'
import type { CallApi } from './api.js'
import { failed, passed, type Step } from './step.js'

const SHOWN_NAMES = 5

/** Checks that REST v3 accepts the token, and says which tables and views the profile can see. */
export async function checkV3(callApi: CallApi): Promise<Step> {
  const visible: string[] = []
  for (const kind of ['table', 'view']) {
    const answer = await callApi(`/integrations/rest/v3/${kind}s`, readNames)
    if (!answer.facts) return failed('v3', ...answer.diagnosis)
    visible.push(counted(answer.facts.length, kind) + shorten(answer.facts))
  }
  return passed(
    'v3',
    `the profile can see ${visible.join(' and ')}`,
    'Call /integrations/rest/v3. REST v1 and v2 (/rest/v1, /rest/v2) still work, but Caspio has announced their end (pending deprecation).',
  )
}

function readNames(body: unknown): string[] | undefined {
  const names = ownProperty(body, 'Result')
  return Array.isArray(names) ? names.map(String) : undefined
}

function shorten(names: readonly string[]): string {
  if (names.length === 0) return ''
  const more = names.length > SHOWN_NAMES ? ', …' : ''
  return ` (${names.slice(0, SHOWN_NAMES).map(printable).join(', ')}${more})`
}
