import { isIP } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Env } from '../../platform/env';
import { keyedHash } from '../../platform/keyed-hash';

/** The clients of requests that came through a storefront's server, and their addresses where they are known. */
const named = new WeakMap<Request, string>();
const addresses = new WeakMap<Request, string | null>();

/**
 * Says whom limits count for a request that a storefront's server sends: its shopper, by address or by any id. An
 * address is the same client as if the shopper had sent the request; an id is one of that storefront's alone. Without
 * either, limits count the server.
 */
export function nameClient(
  req: Request,
  { storefront, shopper = '' }: { storefront: string; shopper?: string | undefined },
): void {
  addresses.set(req, isIP(shopper) ? shopper : null);
  if (shopper !== '') named.set(req, isIP(shopper) ? ipKeyGenerator(shopper) : `${storefront}\n${shopper}`);
}

/**
 * Identifies a client without keeping its address: a keyed hash of the IPv4 address, of the IPv6 /56 that a household
 * has, or of what `nameClient` was told.
 */
export const clientHash = (env: Pick<Env, 'SIGNING_SECRET'>, req: Request): string =>
  keyedHash(env.SIGNING_SECRET, `client\n${named.get(req) ?? ipKeyGenerator(req.ip ?? '')}`);

/** The shopper's own address; null where it is not to be kept, or a storefront's server does not tell it. */
export function shopperIp(env: Pick<Env, 'KEEP_SHOPPER_IP'>, req: Request): string | null {
  const address = addresses.has(req) ? addresses.get(req) : req.ip;
  return env.KEEP_SHOPPER_IP && address ? address : null;
}
