import { z } from 'zod';

/** A secret that a caller sends as bearer token, and the name by which the caller is known. */
export interface NamedSecret {
  name: string;
  secret: string;
}

/** The fewest characters of such a secret: too many to be guessed. */
export const SECRET_LENGTH = 24;

const NAME = /^[A-Za-z0-9._-]{1,40}$/;
/** What can be sent as a bearer token. */
export const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * `name:secret`, several separated by commas. A secret may contain colons.
 * @param word what messages call the secret
 * @param taken names that stand for something else already, in lower case
 */
export const namedSecrets = (word: 'token' | 'key', taken: readonly string[] = []) =>
  z
    .string()
    .transform((list) => list.split(',').map((one) => toNamed(one.trim())))
    .superRefine((all, context) => {
      for (const message of problemsOf(all, word, taken)) context.addIssue({ code: 'custom', message });
    });

function toNamed(given: string): NamedSecret {
  const colon = given.indexOf(':');
  return { name: given.slice(0, Math.max(0, colon)), secret: given.slice(colon + 1) };
}

/** What is wrong with the list, without a secret in it. */
function problemsOf(all: NamedSecret[], word: string, taken: readonly string[]): string[] {
  if (all.some(({ name }) => !NAME.test(name)))
    return [
      `must be \`name:${word}\`, separated by commas; a name is 1 to 40 of A–Z a–z 0–9 . _ -, in front of a colon`,
    ];
  const weak = all.filter(({ secret }) => secret.length < SECRET_LENGTH || !VISIBLE.test(secret));
  const reserved = all.filter(({ name }) => taken.includes(name.toLowerCase()));
  return [
    ...weak.map(({ name }) => `needs at least ${SECRET_LENGTH} visible characters for the ${word} of ${name}`),
    ...reserved.map(({ name }) => `must not name ${name}: Holdfast itself uses that name`),
    ...repeated(all, (one) => one.name.toLowerCase()).map(([, { name }]) => `names ${name} twice`),
    ...repeated(all, (one) => one.secret).map(
      ([first, second]) => `gives ${first.name} and ${second.name} the same ${word}`,
    ),
  ];
}

/** Each one that is like an earlier one, after the earliest. */
function repeated(all: NamedSecret[], feature: (one: NamedSecret) => string): [NamedSecret, NamedSecret][] {
  return all.flatMap((one, place): [NamedSecret, NamedSecret][] => {
    const first = all.slice(0, place).find((earlier) => feature(earlier) === feature(one));
    return first ? [[first, one]] : [];
  });
}
