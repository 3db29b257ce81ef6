import { type Answer, JSON_TYPE } from './answer.js'
import { readVersion } from './api/version.js'
import { ERROR_HINTS, type ErrorHint } from './error-hints.js'
import type { ReceivedRequest } from './received-request.js'

const STANDARD_ERRORS: Record<number, readonly [code: string, message: string]> = {
  400: ['BadRequest', 'The request cannot be served.'],
  401: ['Unauthorized', 'The access token is missing, unknown, expired or revoked.'],
  403: ['UnsufficientPrivileges', 'Not enough privileges to perform requested operation.'],
  404: ['ObjectNotFound', 'Requested object not found.'],
  405: ['MethodNotAllowed', 'The resource does not support this HTTP method.'],
  409: ['Conflict', 'An object with this name already exists.'],
  413: ['RequestTooLarge', 'The request body is larger than 50 MB.'],
  414: ['UriTooLong', 'The request URI is longer than 2047 characters.'],
  429: ['TooManyRequests', 'You have exceeded your API call rate limits (api-calls-rate).'],
  500: ['InternalError', 'Internal error.'],
  501: ['NotImplemented', 'The stand-in account does not implement this operation.'],
  503: ['ServiceUnavailable', 'The service is temporarily unavailable.'],
}

/** An error of the API. Handlers throw it, and {@link caspioErrorAnswer} makes the answer of it. */
export class CaspioError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Record<string, string>

  constructor(
    status: number,
    {
      code,
      message,
      headers = {},
    }: Partial<Pick<CaspioError, 'code' | 'message' | 'headers'>> = {},
  ) {
    const [standardCode, standardMessage] = STANDARD_ERRORS[status] ?? [
      'Error',
      `Status ${status}.`,
    ]
    super(message ?? standardMessage)
    this.status = status
    this.code = code ?? standardCode
    this.headers = status === 401 ? { 'WWW-Authenticate': 'Bearer', ...headers } : headers
  }
}

export const badQuery = (message: string) =>
  new CaspioError(400, { code: 'IncorrectQueryParameter', message })

export const badBody = (message: string) =>
  new CaspioError(400, { code: 'IncorrectBodyParameter', message })

/** The error in Caspio's words, as JSON, or as XML if the client accepts nothing else. */
export function caspioErrorAnswer(request: ReceivedRequest, error: CaspioError): Answer {
  const { code: Code, message: Message, status, headers } = error
  const isV4 = readVersion(request.path)?.version === 'v4'
  const fields = {
    Code,
    Message,
    Resource: request.origin + request.target,
    RequestId: request.requestId,
    ...(isV4 && { DocumentationUrl: `${request.origin}${V4_ERRORS}${Code}`, ...hintFor(Code) }),
  }
  const xml = prefersXml(request.headers.accept)
  return {
    status,
    headers: { 'Content-Type': xml ? 'application/xml; charset=utf-8' : JSON_TYPE, ...headers },
    body: xml ? toXml(fields) : JSON.stringify(fields),
  }
}

const V4_ERRORS = '/integrations/rest/v4/errors/'

function hintFor(code: string): { Hint?: ErrorHint } {
  const hint = ERROR_HINTS.get(code)
  return hint === undefined ? {} : { Hint: hint }
}

function prefersXml(accept = ''): boolean {
  return /\b(?:application|text)\/xml\b/i.test(accept) && !/application\/json|\*\/\*/i.test(accept)
}

function toXml(fields: object): string {
  return `<Error xmlns:i="http://www.w3.org/2001/XMLSchema-instance">${elements(fields)}</Error>`
}

function elements(fields: object): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const content = typeof value === 'object' ? elements(value) : escapeXml(String(value))
      return `<${name}>${content}</${name}>`
    })
    .join('')
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeXml(text: string): string {
  // XML 1.0 forbids control characters, even if they are escaped.
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] as string)
}
