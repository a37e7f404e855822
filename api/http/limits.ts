import { createHmac } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit, type Store } from 'express-rate-limit';
import { Problem } from '../../domain/problem';
import type { ApiDeps } from '../deps';

type LimitDeps = Pick<ApiDeps, 'db' | 'clock' | 'env'>;

const MINUTE_MS = 60_000;

/** How often one client may make the API ask Stripe about sessions, a minute: about orders that are known, and about ids that are not. */
const LOOKS_A_MINUTE = 120;
const GUESSES_A_MINUTE = 60;
/** Asking for the same pending order makes the API ask Stripe at most once in this time. */
const LOOK_PAUSE_MS = 2_000;

/** The limits on what clients ask for, counted in PostgreSQL, so that all API processes share them. */
export function createLimits(deps: LimitDeps) {
  const checkout = checkoutLimit(deps);
  return {
    /** Counts a checkout of this client; throws `429 rate_limited` when there were too many in the last minute. */
    checkout: (req: Request): Promise<void> =>
      new Promise((resolve, reject) => {
        if (!req.res) throw new TypeError('a request without its response');
        checkout(req, req.res, (refusal: unknown) => (refusal ? reject(refusal) : resolve()));
      }),

    /** Whether Stripe may be asked about this known order now. */
    mayLook: async (req: Request, sessionId: string): Promise<boolean> =>
      (await count(deps, `look/${sessionId}`, LOOK_PAUSE_MS)).hits === 1 &&
      (await count(deps, `looks/${clientHash(deps.env, req)}`, MINUTE_MS)).hits <= LOOKS_A_MINUTE,

    /** Whether what Stripe says of a session is news: the workflow is told the same thing once a minute at most. */
    isNews: async (sessionId: string, observation: string): Promise<boolean> =>
      (await count(deps, `told/${sessionId}/${observation}`, MINUTE_MS)).hits === 1,

    /** Counts a question about an id nobody here knows; throws `429 rate_limited` when there were too many. */
    guess: async (req: Request): Promise<void> => {
      const { hits, resetAt } = await count(deps, `guesses/${clientHash(deps.env, req)}`, MINUTE_MS);
      if (hits > GUESSES_A_MINUTE) throw tooMany(resetAt, deps.clock.now());
    },
  };
}

export type Limits = ReturnType<typeof createLimits>;

/** Names a client without keeping its address: a keyed hash of the IPv4 address, or of the IPv6 /56 that a household has. */
export const clientHash = (env: Pick<LimitDeps['env'], 'SIGNING_SECRET'>, req: Request): string =>
  createHmac('sha256', env.SIGNING_SECRET)
    .update(`client\n${ipKeyGenerator(req.ip ?? '')}`)
    .digest('base64url');

/** Removes counters whose time is over. */
export async function forgetOldCounts({ db, clock }: Pick<LimitDeps, 'db' | 'clock'>): Promise<void> {
  await db.rateLimit.deleteMany({ where: { resetAt: { lt: new Date(clock.now()) } } });
}

function checkoutLimit(deps: LimitDeps): RequestHandler {
  const limit = deps.env.CHECKOUT_RATE_LIMIT;
  if (limit === 0) return (_req, _res, next) => next();
  return rateLimit({
    windowMs: MINUTE_MS,
    limit,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'checkout',
    store: postgresStore(deps, 'checkouts'),
    keyGenerator: (req) => clientHash(deps.env, req),
    handler: (req, _res, next) => {
      const { resetTime } = (req as Request & { rateLimit: { resetTime?: Date } }).rateLimit;
      next(tooMany(resetTime ?? new Date(deps.clock.now() + MINUTE_MS), deps.clock.now()));
    },
  });
}

function postgresStore(deps: LimitDeps, name: string): Store {
  const key = (client: string) => `${name}/${client}`;
  return {
    prefix: `${name}/`,
    increment: async (client) => {
      const { hits, resetAt } = await count(deps, key(client), MINUTE_MS);
      return { totalHits: hits, resetTime: resetAt };
    },
    decrement: async (client) => {
      await deps.db.$executeRaw`UPDATE rate_limits SET hits = hits - 1 WHERE key = ${key(client)} AND hits > 0`;
    },
    resetKey: async (client) => void (await deps.db.rateLimit.deleteMany({ where: { key: key(client) } })),
  };
}

/** Adds one to a counter that starts anew each `windowMs`; one round trip, right also when many ask at once. */
async function count(
  { db, clock }: LimitDeps,
  key: string,
  windowMs: number,
): Promise<{ hits: number; resetAt: Date }> {
  const now = new Date(clock.now());
  const end = new Date(clock.now() + windowMs);
  const [row] = await db.$queryRaw<[{ hits: number; reset_at: Date }]>`
    INSERT INTO rate_limits AS r (key, hits, reset_at) VALUES (${key}, 1, ${end})
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN r.reset_at <= ${now} THEN 1 ELSE r.hits + 1 END,
      reset_at = CASE WHEN r.reset_at <= ${now} THEN excluded.reset_at ELSE r.reset_at END
    RETURNING hits, reset_at`;
  return { hits: row.hits, resetAt: row.reset_at };
}

const tooMany = (resetAt: Date, now: number): Problem =>
  new Problem('rate_limited', 'Too many requests from here. Wait a little.', {
    retryAfter: (resetAt.getTime() - now) / 1000,
  });
