import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { bearerOf, recogniser, staffTokens } from './bearer';
import { nameClient } from './client';
import type { Limits } from './limits';
import { invalid } from './parse';
import { logAbout } from './request-log';

/** Whom limits count for, in a request with a storefront's key. */
export const Shopper = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1–200 visible ASCII characters')
  .optional()
  .meta({
    description:
      'With a storefront’s key: the shopper that limits count, by their address or any stable id. Without one, the request counts for the server’s own address. Ignored without a key.',
    example: '203.0.113.7',
  });
const SHOPPER = 'holdfast-shopper';

/**
 * Recognises a storefront's server by `Authorization: Bearer` with one of STOREFRONT_KEYS; from then on limits count
 * the shopper that it names. Any other bearer token is `401`, even where none is required: a server with a wrong key
 * would otherwise not notice that all its shoppers count as one client. Two are ignored where none is required: the
 * tokens of staff, who may look at the shop with them, and any token while no storefront has a key.
 */
export function storefrontServer(env: Pick<Env, 'STOREFRONT_KEYS' | 'ADMIN_TOKEN' | 'ADMIN_TOKENS'>, limits: Limits) {
  const storefrontOf = recogniser(env.STOREFRONT_KEYS);
  const staffOf = recogniser(staffTokens(env));
  const isIgnored = (given: string): boolean => env.STOREFRONT_KEYS.length === 0 || staffOf(given) !== undefined;
  return ({ required }: { required: boolean }): RequestHandler =>
    async (req, res, next) => {
      const given = bearerOf(req);
      const storefront = given === undefined ? undefined : storefrontOf(given);
      if (storefront === undefined) {
        if (!required && (given === undefined || isIgnored(given))) return next();
        if (given !== undefined) await limits.wrongToken(req);
        throw new Problem('unauthorized', given === undefined ? 'Send a storefront key.' : 'This key is not valid.');
      }
      logAbout(res, { storefront });
      const shopper = Shopper.safeParse(req.headers[SHOPPER]);
      if (!shopper.success) throw invalid(shopper.error.issues.map(({ message }) => ({ path: SHOPPER, message })));
      nameClient(req, { storefront, shopper: shopper.data });
      next();
    };
}
