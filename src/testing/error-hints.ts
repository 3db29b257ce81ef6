/** What v4 adds to an error, by its code. */
export interface ErrorHint {
  readonly Note: string
  readonly Remediation: string
}

const hint = (Note: string, Remediation: string): ErrorHint => ({ Note, Remediation })

/** The codes that the stand-in account answers with. Their hints are its own words. */
export const ERROR_HINTS: ReadonlyMap<string, ErrorHint> = new Map([
  ['BadRequest', hint('The request is malformed.', 'Correct the request.')],
  [
    'Conflict',
    hint('The name is taken.', 'Use another name, or replace the present object with PUT.'),
  ],
  [
    'FieldNotFound',
    hint('The body names a field that does not exist.', 'List the fields, and leave it out.'),
  ],
  [
    'IncorrectBodyParameter',
    hint('The body is malformed, or a value does not fit its field.', 'Correct the body.'),
  ],
  [
    'IncorrectQueryParameter',
    hint('A parameter is malformed, or names an unknown field.', 'Correct the parameter.'),
  ],
  ['InternalError', hint('The account failed.', 'Try again later.')],
  [
    'IpForbidden',
    hint('The profile refuses this IP address.', 'Allow the address in the profile.'),
  ],
  ['MethodNotAllowed', hint('The path has other methods.', 'Use one that the header Allow names.')],
  [
    'NotImplemented',
    hint('The stand-in account lacks this operation.', 'Test it against a real account.'),
  ],
  ['ObjectNotFound', hint('There is no such object.', 'Check the path.')],
  ['RequestTooLarge', hint('The body is too large.', 'Send less in one request.')],
  ['ServiceUnavailable', hint('The account is not available.', 'Try again later.')],
  ['Unauthorized', hint('The access token does not work.', 'Get a new access token.')],
  [
    'UnsufficientPrivileges',
    hint('The profile is not granted this.', 'Grant it in the permissions of the profile.'),
  ],
  ['UriTooLong', hint('The URI is too long.', 'Ask for less in one request.')],
])
