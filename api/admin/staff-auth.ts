import type { RequestHandler } from 'express';
import { Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { bearerOf, recogniser } from '../http/bearer';
import type { Limits } from '../http/limits';

/**
 * Requires `Authorization: Bearer $ADMIN_TOKEN`. Anything else is `401`, without detail, and `429` after too many wrong
 * tokens of one client. The right one is always let in: it is too long to be guessed however fast, and staff may share
 * an address with the one who guesses.
 */
export function requireStaff({ ADMIN_TOKEN }: Pick<Env, 'ADMIN_TOKEN'>, limits: Limits): RequestHandler {
  const nameOf = recogniser([{ name: 'staff', secret: ADMIN_TOKEN }]);
  return async (req, _res, next) => {
    const given = bearerOf(req);
    if (given !== undefined && nameOf(given) !== undefined) return next();
    if (given !== undefined) await limits.wrongToken(req);
    throw new Problem('unauthorized', 'Send the staff token.');
  };
}
