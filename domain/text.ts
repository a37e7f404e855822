/**
 * JSON as PostgreSQL can store it: without U+0000 and without halves of surrogate pairs, in values and in names. Both
 * are legal in JSON, `text` and `jsonb` refuse both (https://www.postgresql.org/docs/current/datatype-json.html), and
 * a name or an address that cannot be stored would keep a paid order waiting for ever. Everything else stays as it is.
 */
export function storable<T>(json: T): T {
  return strip(json) as T;
}

function strip(json: unknown): unknown {
  if (typeof json === 'string') return json.replace(UNSTORABLE, '');
  if (Array.isArray(json)) return json.map(strip);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name.replace(UNSTORABLE, ''), strip(value)]));
}

/** Words of a person, of several lines: storable, without control characters, each line break one character. */
export const plainProse = (given: string): string =>
  storable(given.replace(/\r\n?/g, '\n'))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it removes
    .replace(/[\u0001-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
    .trim();

/** With the flag `u`, `\p{Cs}` matches a half alone, never a whole pair. */
const UNSTORABLE = /\0|\p{Cs}/gu;
