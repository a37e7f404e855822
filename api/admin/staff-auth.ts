import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { Problem } from '../../domain/problem';

/** Requires `Authorization: Bearer $ADMIN_TOKEN`, compared in constant time. Anything else is `401`, without detail. */
export function requireStaff(token: string): RequestHandler {
  const expected = digest(token);
  return (req, _res, next) => {
    const given = /^Bearer +(\S+)$/i.exec(req.headers.authorization ?? '')?.[1];
    if (given === undefined || !timingSafeEqual(digest(given), expected))
      throw new Problem('unauthorized', 'Send the staff token.');
    next();
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
