import { isIP } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Env } from '../../platform/env';
import { keyedHash } from '../../platform/keyed-hash';

/** The clients of requests that came through a storefront's server. */
const named = new WeakMap<Request, string>();

/**
 * Says whom limits count for a request that a storefront's server sends: its shopper, by address or by any id. An
 * address is the same client as if the shopper had sent the request; an id is one of that storefront's alone.
 */
export function nameClient(req: Request, { storefront, shopper }: { storefront: string; shopper: string }): void {
  named.set(req, isIP(shopper) ? ipKeyGenerator(shopper) : `${storefront}\n${shopper}`);
}

/**
 * Identifies a client without keeping its address: a keyed hash of the IPv4 address, of the IPv6 /56 that a household
 * has, or of what `nameClient` was told.
 */
export const clientHash = (env: Pick<Env, 'SIGNING_SECRET'>, req: Request): string =>
  keyedHash(env.SIGNING_SECRET, `client\n${named.get(req) ?? ipKeyGenerator(req.ip ?? '')}`);
