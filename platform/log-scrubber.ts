import { types } from 'node:util';

/**
 * What must not stand in a log, in a report or in a trace, wherever it came from. What is known to be personal by its
 * name is dropped; what looks like a secret or an e-mail address is replaced; of an error's message, what it quotes.
 * A postal address cannot be recognised, so no text that a person typed is ever logged: only ids, codes and sentences.
 */

/** Fields that hold what a person typed, or what a message carries. They are dropped at any depth. */
const PRIVATE = new Set([
  ...['email', 'customer_email', 'receipt_email', 'recipient', 'to', 'phone', 'name_on_card', 'firstname', 'lastname'],
  ...['address', 'shipping', 'shipping_details', 'billing_details', 'customer_details', 'customer'],
  ...[
    'line1',
    'line2',
    'street',
    'city',
    'state',
    'postal_code',
    'postalcode',
    'zip',
    'note',
    'user_id',
    'userid',
    'ip',
  ],
  ...['headers', 'rawheaders', 'query', 'body', 'raw', 'html', 'text', 'request_body', 'cookie', 'authorization'],
  ...['token', 'secret', 'password', 'client_secret', 'apikey', 'api_key', 'dsn', 'connectionstring'],
]);
/** Deep enough for everything that is logged on purpose. */
const DEPTH = 5;

/** A copy without what is private; errors in it become what may be told of them. */
export function withoutPrivate(value: unknown, depth = 0): unknown {
  if (isError(value)) return describeError(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((one) => withoutPrivate(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !PRIVATE.has(key.toLowerCase()))
      .map(([key, one]) => [key, withoutPrivate(one, depth + 1)]),
  );
}

/** Errors of another realm are errors, too. */
export const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value);

/** An error for the log: class, codes, message and frames; never the request or the raw response it came from. */
export function describeError(error: Error, depth = 0): Record<string, unknown> {
  const { code, type, statusCode, requestId, cause } = error as Error & Record<string, unknown>;
  return {
    type: error.name,
    message: messageOf(error),
    code,
    ...(typeof type === 'string' && type !== error.name && { kind: type }),
    ...{ statusCode, requestId, stack: framesOf(error) },
    ...(isError(cause) && depth < 3 && { cause: describeError(cause, depth + 1) }),
  };
}

/** Where it was thrown: the frames alone, for the message stands in front of them in `stack`. */
const framesOf = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

/**
 * An error's message without the values in it. Prisma prints the arguments of the call in front of its last paragraph;
 * PostgreSQL and Stripe quote what they refuse.
 */
export function messageOf(error: Error): string {
  const { name, message, type } = error as Error & { type?: unknown };
  if (/^Prisma|^DriverAdapter|DatabaseError/.test(name)) return ofDatabase(message);
  const told = /^Stripe/.test(String(type ?? name)) ? message.replace(UNQUOTED, '$1: …') : message;
  return told.replace(QUOTED, (quoted) => (isCode(quoted.slice(1, -1)) ? quoted : '“…”'));
}

/** Up to the first value: a value may have quotation marks in it, so where it ends is not known. */
function ofDatabase(message: string): string {
  const last =
    message
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  return last.replace(/=\(.*$/s, '=(…)').replace(UP_TO_VALUE, '$1“…”');
}

/** Names of the database's own things stand behind what they are. */
const UP_TO_VALUE =
  /^((?:\b(?:relation|column|table|constraint|function|database|role|schema|index) "[^"]*"|[^"])*)".*$/s;
const QUOTED = /(?<![a-z])'[^']*'|"[^"]*"|“[^”]*”/gi;
/** “Invalid country: …” */
const UNQUOTED = /\b((?:Invalid|Received|Unrecognized)[^:]{1,60}): (?!["'`“]|\S+$).*$/s;
/** An id, a code, a path or the name of a column: one word with something else than letters in it. */
const isCode = (text: string): boolean => /^[\w.:/[\]{}$-]*[\d_.:/-][\w.:/[\]{}$-]*$/.test(text) || text === '';

const ESCAPE = /\\(?:u[0-9a-fA-F]{4}|.)/;

/** Escapes of JSON come first, so that none is cut; then what looks like a secret or like an address. */
const SECRET = new RegExp(
  [
    ESCAPE,
    /(?:sk|rk|pk)_(?:live|test)_[\w-]+/,
    /whsec_[\w+/=-]+/,
    /(?<=\\[a-z]|[^a-z0-9_]|^)re_[A-Za-z0-9]{6,}_[A-Za-z0-9]{6,}/,
    /Bearer\s+[\w.~+/=-]+/,
    /\w+_secret_[A-Za-z0-9]{8,}/,
    /(?<=:\/\/)[^\s"/@]{1,200}@/,
    /(?<=[?&;\s](?:token|key|secret|password|api_key|signature|email)=)[^\s"&\\]+/,
    /(?<=\/(?:downloads|recover)\/)[^\s"?{\\]+\.[^\s"?\\]+/,
    /[^\s"'`<>()[\],;:\\/=&?@]{1,64}(?:@|%40)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gi',
);

/** A string of JSON, the quotation marks at its ends included. */
const STRING = /"(?:[^"\\]|\\.)*"/gs;

/**
 * Makes the last look at a line of JSON before it is written, whatever it says and whoever wrote it. It stays JSON:
 * only within strings is anything replaced, and no escape is cut.
 * @param secrets the values of this process's own secrets
 */
export function scrubber(secrets: readonly string[]): (line: string) => string {
  const known = [...new Set(secrets)].map((one) => JSON.stringify(one).slice(1, -1));
  // The longest first: one may begin with another.
  const longest = known.toSorted((one, other) => other.length - one.length).map(literal);
  const knownOrEscape = new RegExp([...longest, ESCAPE.source].join('|'), 'g');
  const without = (text: string) => text.replace(knownOrEscape, (found) => (known.includes(found) ? REMOVED : found));
  return (line) => {
    const scrubbed = known.some((one) => line.includes(one)) ? line.replace(STRING, without) : line;
    return scrubbed.replace(SECRET, (found) => (found.startsWith('\\') ? found : REMOVED));
  };
}

const REMOVED = '[removed]';
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
