import type { Env } from './env';
import { SECRETS } from './secret-files';

/** Shorter than any real secret; a test's “x” must not blank every x. */
const LEAST = 8;

/** The values of this process's own secrets, for whoever must keep them out of a text. */
export const secretsOf = (env: Partial<Env>): string[] =>
  SECRETS.flatMap((name) => valuesIn(env[name as keyof Env]).flatMap((value) => partsOf(name, value)));

/** A secret is one text, or several, or several with names; a key that encrypts is bytes, given in base64. */
function valuesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(valuesIn);
  if (Buffer.isBuffer(value)) return [value.toString('base64')];
  if (typeof value !== 'object' || value === null) return [];
  return ['secret', 'key', 'all'].flatMap((field) => valuesIn((value as Record<string, unknown>)[field]));
}

/** Of an address, what signs in there alone is secret; a signing secret may be two, separated by a comma. */
function partsOf(name: string, value: string): string[] {
  if (/^\w+:\/\//.test(value) && URL.canParse(value)) return partsOfUrl(name, new URL(value));
  return value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one.length >= LEAST);
}

/** The user of a DSN is its key. Anywhere else it is a name such as `postgres`, which many a text has in it. */
function partsOfUrl(name: string, { username, password, pathname }: URL): string[] {
  const users = name === 'SENTRY_DSN' && username.length >= LEAST ? [username] : [];
  if (password === '') return users;
  const plain = decoded(password);
  const words = [...WORDS, decoded(username), pathname.slice(1)].map((one) => one.toLowerCase());
  const isWord = plain.length < LEAST || words.includes(plain.toLowerCase());
  return [...users, ...(isWord ? [`${username}:${password}@`] : [password, plain])];
}

/** Passwords of a first try: taken for secrets, they would blank these words wherever they stand. */
const WORDS = ['holdfast', 'postgres', 'password'];

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that stands for itself
  }
}
