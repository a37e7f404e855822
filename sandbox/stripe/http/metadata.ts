/** Metadata: the parameter that changes it, within Stripe's limits, and what it is after a change. */
import { invalid } from './errors';
import { isRecord, type Param } from './params';

/** A key set to the empty string is removed; null (the empty string for the whole) removes all keys. */
export const metadata: Param<Record<string, string> | null> = {
  read(value, name) {
    if (value === '' || value === null) return null;
    const entries = Array.isArray(value) ? Object.fromEntries(value.entries()) : value;
    if (!isRecord(entries)) throw invalid('Invalid object', { param: name });
    const pairs = Object.entries(entries).map(([key, each]) => [key, metadataValue(key, each, name)] as const);
    if (pairs.length > 50)
      throw invalid(`You can only have up to 50 metadata keys, but you passed in ${pairs.length}.`, { param: name });
    return Object.fromEntries(pairs);
  },
};

/** An object's metadata after a change. */
export function changedMetadata(
  before: Record<string, string> | null,
  change: Record<string, string> | null | undefined,
): Record<string, string> {
  if (change === null) return {};
  const merged = Object.entries({ ...before, ...change }).filter(([, value]) => value !== '');
  return Object.fromEntries(merged);
}

function metadataValue(key: string, value: unknown, name: string): string {
  const written = value === null ? '' : typeof value === 'string' ? value : String(value);
  const param = `${name}[${key}]`;
  if (isRecord(value) || Array.isArray(value))
    throw invalid('Invalid string: metadata values must be strings', { param });
  if (key.length > 40)
    throw invalid(
      `Metadata keys can have up to 40 characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key}`,
      { param: name },
    );
  if (written.length > 500)
    throw invalid(
      `Metadata values can have up to 500 characters, but you passed in a value that is ${written.length} characters. Invalid value: ${written}`,
      { param },
    );
  return written;
}
