import type { RequestHandler } from 'express';
import { STAFF } from '../../domain/actor';
import { Problem } from '../../domain/problem';
import type { Env } from '../../platform/env';
import { bearerOf, recogniser } from '../http/bearer';
import type { Limits } from '../http/limits';

/**
 * Requires `Authorization: Bearer` with `ADMIN_TOKEN` or one of `ADMIN_TOKENS`, and leaves its name in
 * `res.locals.actor`. Every token is compared, each in constant time, so that the time of an answer says nothing about
 * any of them. Anything else is `401`, without detail, and `429` after too many wrong tokens of one client. A right one
 * is always let in: it is too long to be guessed however fast, and staff may share an address with the one who guesses.
 */
export function requireStaff(env: Pick<Env, 'ADMIN_TOKEN' | 'ADMIN_TOKENS'>, limits: Limits): RequestHandler {
  const others = env.ADMIN_TOKENS.map(({ name, token }) => ({ name, secret: token }));
  const nameOf = recogniser([{ name: STAFF, secret: env.ADMIN_TOKEN }, ...others]);
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
