import { z } from 'zod';

/** A bearer key of a storefront's own server, and the name under which the log knows it. */
export interface StorefrontKey {
  name: string;
  key: string;
}

/** The fewest characters of a key: too many to be guessed. As many as a staff token's. */
const KEY_LENGTH = 24;

const NAME = /^[A-Za-z0-9._-]{1,40}$/;
const VISIBLE = /^[\x21-\x7e]+$/;

/** `name:key`, several separated by commas. A key may contain colons. */
export const storefrontKeys = z
  .string()
  .transform((list) => list.split(',').map((one) => toKey(one.trim())))
  .superRefine((keys, context) => {
    for (const message of problemsOf(keys)) context.addIssue({ code: 'custom', message });
  });

function toKey(given: string): StorefrontKey {
  const colon = given.indexOf(':');
  return { name: given.slice(0, Math.max(0, colon)), key: given.slice(colon + 1) };
}

/** What is wrong with the list, without a key in it. */
function problemsOf(keys: StorefrontKey[]): string[] {
  if (keys.some(({ name }) => !NAME.test(name)))
    return ['must be `name:key`, separated by commas; a name is 1 to 40 of A–Z a–z 0–9 . _ -'];
  const weak = keys.filter(({ key }) => key.length < KEY_LENGTH || !VISIBLE.test(key));
  return [
    ...weak.map(({ name }) => `needs at least ${KEY_LENGTH} visible characters for the key of ${name}`),
    ...keys.filter(isRepeated((one) => one.name.toLowerCase())).map(({ name }) => `names ${name} twice`),
    ...keys.filter(isRepeated((one) => one.key)).map(({ name }) => `gives ${name} a key that another name has`),
  ];
}

/** Whether an earlier one in the list is alike. */
const isRepeated =
  (feature: (one: StorefrontKey) => string) =>
  (one: StorefrontKey, place: number, all: StorefrontKey[]): boolean =>
    all.slice(0, place).some((earlier) => feature(earlier) === feature(one));
