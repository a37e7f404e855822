import type { Env } from './env';
import { SECRETS } from './secret-files';

/** Shorter than any real secret; a test's “x” must not blank every x. */
const LEAST = 8;

/** The values of this process's own secrets, for whoever must keep them out of a text. */
export function secretsOf(env: Partial<Env>): string[] {
  const given = SECRETS.flatMap((name) => valuesIn(env[name as keyof Env]));
  return given.flatMap(partsOf).filter((one) => one.length >= LEAST);
}

/** A secret is one text, or several, or several with names. */
function valuesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(valuesIn);
  if (typeof value === 'object' && value !== null && 'secret' in value) return valuesIn(value.secret);
  return [];
}

/** Of an address, its password alone is secret; a signing secret may be two, separated by a comma. */
function partsOf(value: string): string[] {
  if (!/^\w+:\/\//.test(value) || !URL.canParse(value)) return value.split(',').map((one) => one.trim());
  const { password, username } = new URL(value);
  return password ? [password, decodeURIComponent(password)] : [username];
}
