import type { RequestHandler } from 'express';
import { Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { bearerOf, recogniser, staffTokens } from '../http/bearer';
import type { Limits } from '../http/limits';

/**
 * Requires `Authorization: Bearer` with `ADMIN_TOKEN` or one of `ADMIN_TOKENS`, and leaves its name in
 * `res.locals.actor`. Anything else is `401`, without detail, and `429` after too many wrong tokens of one client. A
 * right one is always let in: it is too long to be guessed however fast, and staff may share an address with the one
 * who guesses.
 */
export function requireStaff(env: Pick<Env, 'ADMIN_TOKEN' | 'ADMIN_TOKENS'>, limits: Limits): RequestHandler {
  const nameOf = recogniser(staffTokens(env));
  return async (req, res, next) => {
    const given = bearerOf(req);
    const name = given === undefined ? undefined : nameOf(given);
    if (name !== undefined) {
      res.locals.actor = name;
      return next();
    }
    if (given !== undefined) await limits.wrongToken(req);
    throw new Problem('unauthorized', 'Send the staff token.');
  };
}
