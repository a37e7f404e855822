import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem } from '../../domain/problem';
import type { ApiDeps } from '../deps';
import { clientHash } from '../http/limits';

/** How many wrong tokens one client may send to this process in a minute; then it waits for the minute to end. */
const WRONG_TOKENS = 60;
const WINDOW_MS = 60_000;
/** The most clients that are counted; beyond that, the count starts anew for all. */
const MOST_CLIENTS = 10_000;

/**
 * Requires `Authorization: Bearer $ADMIN_TOKEN`, compared in constant time. Anything else is `401`, without detail.
 * A client that sent too many wrong tokens gets `429`, also with the right one: it must not learn which that is. The
 * count is this process's own, because it has to work, and cost nothing, while the database is away.
 */
export function requireStaff({ env, clock }: Pick<ApiDeps, 'env' | 'clock'>): RequestHandler {
  const expected = digest(env.ADMIN_TOKEN);
  const failures = new Map<string, { wrong: number; resetAt: number }>();
  return (req, _res, next) => {
    const given = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (given === undefined) throw unauthorized();
    const client = clientHash(env, req);
    const now = clock.now();
    const found = failures.get(client);
    const failed = found && found.resetAt > now ? found : { wrong: 0, resetAt: now + WINDOW_MS };
    if (failed.wrong >= WRONG_TOKENS)
      throw new Problem('rate_limited', 'Too many wrong tokens came from your address. Try again later.', {
        retryAfter: (failed.resetAt - now) / 1000,
      });
    if (!timingSafeEqual(digest(given), expected)) {
      failed.wrong += 1;
      if (failures.size >= MOST_CLIENTS) failures.clear();
      failures.set(client, failed);
      throw unauthorized();
    }
    next();
  };
}

const unauthorized = () => new Problem('unauthorized', 'Send the staff token.');
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
