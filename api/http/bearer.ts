import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { STAFF } from '../../domain/actor';
import type { Env } from '../../platform/env';
import type { NamedSecret } from '../../platform/named-secrets';

/** What a request sends after `Authorization: Bearer`; undefined where it sends nothing, or something else. */
export const bearerOf = (req: Request): string | undefined =>
  /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];

/**
 * Finds whose secret a text is. Every secret is compared, each in constant time, so that the time of an answer says
 * nothing about any of them.
 * @returns a function that answers the name, undefined for any other text
 */
export function recogniser(secrets: readonly NamedSecret[]): (given: string) => string | undefined {
  const known = secrets.map(({ name, secret }) => ({ name, expected: digest(secret) }));
  return (given) => {
    const hashed = digest(given);
    return known.filter(({ expected }) => timingSafeEqual(hashed, expected))[0]?.name;
  };
}

/** Every token of staff, each under the name that timelines and movements show. */
export const staffTokens = (env: Pick<Env, 'ADMIN_TOKEN' | 'ADMIN_TOKENS'>): NamedSecret[] => [
  { name: STAFF, secret: env.ADMIN_TOKEN },
  ...env.ADMIN_TOKENS,
];

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
