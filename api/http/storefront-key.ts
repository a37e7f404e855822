import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { nameClient } from './client';
import type { Limits } from './limits';
import { logAbout } from './request-log';
import { invalid } from './route';

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
 * the shopper that it names. Each key is compared in constant time. Any other bearer token is `401`, even where none is
 * required: a server with a wrong key would otherwise not notice that all its shoppers count as one client. Two are
 * ignored there: that of staff, who may look at the shop with it, and any token where no storefront has a key.
 */
export function storefrontServer(
  { STOREFRONT_KEYS, ADMIN_TOKEN }: Pick<Env, 'STOREFRONT_KEYS' | 'ADMIN_TOKEN'>,
  limits: Limits,
) {
  const staff = digest(ADMIN_TOKEN);
  const known = STOREFRONT_KEYS.map(({ name, key }) => ({ name, expected: digest(key) }));
  return ({ required }: { required: boolean }): RequestHandler =>
    async (req, res, next) => {
      const given = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
      if (given === undefined && !required) return next();
      const [server] = known.filter(({ expected }) => given !== undefined && timingSafeEqual(digest(given), expected));
      if (!server) {
        const isIgnored = known.length === 0 || timingSafeEqual(digest(given ?? ''), staff);
        if (isIgnored && !required) return next();
        if (given !== undefined) await limits.wrongToken(req);
        throw new Problem('unauthorized', required ? 'Send a storefront’s key.' : 'This is no storefront’s key.');
      }
      logAbout(res, { storefront: server.name });
      const shopper = Shopper.safeParse(req.headers[SHOPPER]);
      if (!shopper.success) throw invalid(shopper.error.issues.map(({ message }) => ({ path: SHOPPER, message })));
      if (shopper.data !== undefined) nameClient(req, { storefront: server.name, shopper: shopper.data });
      next();
    };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
