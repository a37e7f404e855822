import { z } from 'zod';
import { ACTORS } from '../domain/actor';

/** A bearer token of `/admin`, and the name under which its actions are recorded. */
export interface StaffToken {
  name: string;
  token: string;
}

/** The fewest characters of a staff token: too many to be guessed. */
export const TOKEN_LENGTH = 24;

const NAME = /^[A-Za-z0-9._-]{1,40}$/;

/** `name:token`, several separated by commas. A token may contain colons. */
export const staffTokens = z
  .string()
  .transform((list) => list.split(',').map((one) => toToken(one.trim())))
  .superRefine((tokens, context) => {
    for (const message of problemsOf(tokens)) context.addIssue({ code: 'custom', message });
  });

function toToken(given: string): StaffToken {
  const colon = given.indexOf(':');
  return { name: given.slice(0, Math.max(0, colon)), token: given.slice(colon + 1) };
}

/** What is wrong with the list, without a token in it. */
function problemsOf(tokens: StaffToken[]): string[] {
  const names = tokens.map(({ name }) => name);
  const malformed = names.some((name) => !NAME.test(name));
  if (malformed)
    return ['must be `name:token`, separated by commas; a name is 1 to 40 of A–Z a–z 0–9 . _ -, in front of a colon'];
  const short = tokens.filter(({ token }) => token.length < TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token));
  const taken = names.filter((name) => ACTORS.some((actor) => actor === name.toLowerCase()));
  return [
    ...short.map(({ name }) => `needs at least ${TOKEN_LENGTH} visible characters for the token of ${name}`),
    ...taken.map((name) => `must not name ${name}: Holdfast itself uses that name`),
    ...repeated(names.map((name) => name.toLowerCase())).map((name) => `names ${name} twice`),
    ...repeated(tokens.map(({ token }) => token)).map((token) => {
      const [first, second] = tokens.filter((one) => one.token === token).map(({ name }) => name);
      return `gives ${first} and ${second} the same token`;
    }),
  ];
}

const repeated = (texts: string[]): string[] => [
  ...new Set(texts.filter((text, place) => texts.indexOf(text) !== place)),
];
