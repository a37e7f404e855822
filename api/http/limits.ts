import { AsyncLocalStorage } from 'node:async_hooks';
import type { Request } from 'express';
import { type AugmentedRequest, rateLimit, type Store } from 'express-rate-limit';
import { Problem } from '../../domain/problem';
import { count, resetCount, uncount } from '../../store/limits/counters';
import type { ApiDeps } from '../deps';
import { clientHash } from './client';
import { processStore } from './process-store';
import { Recent } from './recent';

type LimitDeps = Pick<ApiDeps, 'db' | 'clock' | 'env'>;

const MINUTE_MS = 60_000;

/**
 * How often a minute one client may make the API ask Stripe about sessions: about known orders, and about unknown
 * ids.
 */
const LOOKS_A_MINUTE = 120;
const GUESSES_A_MINUTE = 60;
/**
 * The same for all clients together: of the 25 calls a second that Stripe allows one endpoint, strangers who come from
 * a hundred addresses get five.
 */
const GUESSES_OF_ALL_A_MINUTE = 300;
/** And ten for pages of known orders that wait for their payment: the webhook comes in any case. */
const LOOKS_OF_ALL_A_MINUTE = 600;
/** How long the API remembers that Stripe does not know an id. */
const UNKNOWN_KEPT_MS = 60_000;
/** How often a minute one shopper may look an order up by number and e-mail address. */
const LOOKUPS_A_MINUTE = 10;
const NOTIFIES_A_MINUTE = 10;
/** And from all clients together: each may lead to a mail, of which the provider takes so many a day. */
const NOTIFIES_OF_ALL_AN_HOUR = 300;
const RETURNS_A_MINUTE = 10;
const ABANDONS_A_MINUTE = 60;
/** An abandoned session's workflow hears of it again at most this often. */
const ABANDON_PAUSE_MS = 10_000;
/**
 * Requests for a checkout, those that fail or wait for another with their key among them, for each that may succeed.
 */
const REQUESTS_A_CHECKOUT = 10;
const WRONG_TOKENS_A_MINUTE = 60;
/** However often a pending order is requested, the API asks Stripe about it at most once in this time. */
const LOOK_PAUSE_MS = 2_000;

/**
 * The limits on what clients may ask for: those on what costs stock or calls to Stripe are counted in PostgreSQL, so
 * that all API processes share them; those on floods of requests in each process.
 */
export function createLimits(deps: LimitDeps) {
  const checkouts = limiter(deps, {
    name: 'checkouts',
    limit: deps.env.CHECKOUT_RATE_LIMIT,
    windowMs: MINUTE_MS,
    header: 'checkout',
  });
  const looks = limiter(deps, { name: 'look', limit: 1, windowMs: LOOK_PAUSE_MS });
  const looksOfClient = limiter(deps, { name: 'looks', limit: LOOKS_A_MINUTE, windowMs: MINUTE_MS });
  const looksOfAll = limiter(deps, { name: 'looks-of-all', limit: LOOKS_OF_ALL_A_MINUTE, windowMs: MINUTE_MS });
  const signals = limiter(deps, { name: 'signals', limit: 1, windowMs: MINUTE_MS });
  const guessesOfAll = limiter(deps, { name: 'guesses-of-all', limit: GUESSES_OF_ALL_A_MINUTE, windowMs: MINUTE_MS });
  const guesses = limiter(deps, { name: 'guesses', limit: GUESSES_A_MINUTE, windowMs: MINUTE_MS });
  const lookups = limiter(deps, { name: 'lookups', limit: LOOKUPS_A_MINUTE, windowMs: MINUTE_MS });
  const notifies = limiter(deps, { name: 'notifies', limit: NOTIFIES_A_MINUTE, windowMs: MINUTE_MS });
  const notifiesOfAll = limiter(deps, {
    name: 'notifies-of-all',
    limit: NOTIFIES_OF_ALL_AN_HOUR,
    windowMs: 60 * MINUTE_MS,
  });
  const flood = (name: string, limit: number) =>
    limiter(deps, { name, limit, windowMs: MINUTE_MS, store: processStore(deps.clock, MINUTE_MS) });
  const requests = flood('requests', deps.env.CHECKOUT_RATE_LIMIT * REQUESTS_A_CHECKOUT);
  const returns = flood('returns', RETURNS_A_MINUTE);
  const abandons = flood('abandons', ABANDONS_A_MINUTE);
  const wrongTokens = flood('wrong-tokens', WRONG_TOKENS_A_MINUTE);
  const client = (req: Request) => clientHash(deps.env, req);
  /** Sessions that a request to this process asked about a moment ago: two hundred streams count as one look. */
  const lookedAt = new Recent(deps.clock, LOOK_PAUSE_MS);

  const demand = async (limit: Limiter, req: Request): Promise<void> => {
    const { allowed, resetAt } = await limit(req, client(req));
    if (!allowed) throw tooMany(resetAt, deps.clock.now());
  };

  return {
    /** Counts a checkout of this client; throws `429 rate_limited` after too many in the last minute. */
    checkout: async (req: Request): Promise<void> => {
      if (deps.env.CHECKOUT_RATE_LIMIT > 0) await demand(checkouts, req);
    },

    /**
     * Counts a request for a checkout, whatever becomes of it; throws `429 rate_limited` after far too many in the last
     * minute.
     */
    request: async (req: Request): Promise<void> => {
      if (deps.env.CHECKOUT_RATE_LIMIT > 0) await demand(requests, req);
    },

    /**
     * Counts a wrong token of staff, or a wrong key of a storefront; throws `429 rate_limited` after too many in the
     * last minute.
     */
    wrongToken: (req: Request): Promise<void> => demand(wrongTokens, req),

    /** Counts a client's request to abandon; throws `429 rate_limited` after too many in the last minute. */
    abandon: (req: Request): Promise<void> => demand(abandons, req),

    /**
     * Runs `signal` for a session unless it ran a moment ago. A failure is not remembered, so the next request tries
     * again. What the shopper decided must be in the database before.
     */
    abandonOnce: async (sessionId: string, signal: () => Promise<void>): Promise<void> => {
      const key = `abandon/${sessionId}`;
      const { hits } = await count(deps.db, { key, windowMs: ABANDON_PAUSE_MS, at: new Date(deps.clock.now()) });
      if (hits > 1) return;
      await signal().catch(async (error: unknown) => {
        await resetCount(deps.db, { key });
        throw error;
      });
    },

    /** Whether the API may ask Stripe about this known order now. */
    mayAskStripe: async (req: Request, sessionId: string): Promise<boolean> => {
      if (lookedAt.has(sessionId)) return false;
      lookedAt.add(sessionId);
      const allowed =
        (await looks(req, sessionId)).allowed &&
        (await looksOfClient(req, client(req))).allowed &&
        (await looksOfAll(req, 'all')).allowed;
      if (!allowed) lookedAt.forget(sessionId); // this process asked nothing
      return allowed;
    },

    /** Whether to signal the workflow: it hears of the same observation at most once a minute. */
    maySignal: async (req: Request, sessionId: string, observation: string): Promise<boolean> =>
      (await signals(req, `${sessionId}/${observation}`)).allowed,

    /**
     * Counts a request for an order by number and e-mail address; throws `429 rate_limited` after too many in the last
     * minute.
     */
    lookUp: (req: Request): Promise<void> => demand(lookups, req),

    /** Counts a request to return goods; throws `429 rate_limited` after too many in the last minute. */
    askToReturn: (req: Request): Promise<void> => demand(returns, req),

    /**
     * Counts a request to be told of a product; throws `429 rate_limited` after too many in the last minute, or after
     * far too many from all clients in the last hour.
     */
    notify: async (req: Request): Promise<void> => {
      await demand(notifies, req);
      const { allowed, resetAt } = await notifiesOfAll(req, 'all');
      if (!allowed) throw tooMany(resetAt, deps.clock.now());
    },

    /** Counts a request for an unknown session; throws `429 rate_limited` after too many in the last minute. */
    guess: (req: Request): Promise<void> => demand(guesses, req),

    /** Ids of which Stripe said a moment ago that there is no such session. */
    unknownSessions: new Recent(deps.clock, UNKNOWN_KEPT_MS),

    /** Counts a call to Stripe about an unknown session; throws `503 unavailable` after too many of all clients. */
    guessOfAll: async (req: Request): Promise<void> => {
      const { allowed, resetAt } = await guessesOfAll(req, 'all');
      if (allowed) return;
      throw new Problem('unavailable', 'Too many unknown orders are being asked for. Try again later.', {
        retryAfter: (resetAt.getTime() - deps.clock.now()) / 1000,
      });
    },
  };
}

export type Limits = ReturnType<typeof createLimits>;

interface LimitOptions {
  /** The prefix of its counters. */
  name: string;
  limit: number;
  windowMs: number;
  /** Its name in the `RateLimit` header; without one no header is sent. */
  header?: string;
  /** Where it counts; by default in PostgreSQL. */
  store?: Store;
}

/** Counts one more for a key, and says whether that is within the limit. */
type Limiter = (req: Request, key: string) => Promise<{ allowed: boolean; resetAt: Date }>;

/** express-rate-limit, called from inside a handler instead of in front of it: most keys are known only there. */
function limiter(deps: LimitDeps, { name, limit, windowMs, header, store }: LimitOptions): Limiter {
  const currentKey = new AsyncLocalStorage<string>();
  const middleware = rateLimit({
    windowMs,
    limit,
    standardHeaders: header ? 'draft-8' : false,
    legacyHeaders: false,
    ...(header && { identifier: header }),
    store: store ?? postgresStore(deps, name, windowMs),
    keyGenerator: () => currentKey.getStore() ?? '',
    handler: (_req, _res, next) => next(EXCEEDED),
    // A stream counts many looks under one request.
    validate: { singleCount: false },
  });
  return (req, key) =>
    new Promise((resolve, reject) => {
      const { res } = req;
      if (!res) throw new TypeError('the request has no response');
      const next = (error?: unknown) => {
        if (error !== undefined && error !== EXCEEDED) return reject(error);
        const { resetTime } = (req as AugmentedRequest).rateLimit ?? {};
        const resetAt = resetTime ?? new Date(deps.clock.now() + windowMs);
        return resolve({ allowed: error === undefined, resetAt });
      };
      currentKey.run(key, () => void middleware(req, res, next));
    });
}

const EXCEEDED = Symbol('limit exceeded');

function postgresStore({ db, clock }: LimitDeps, name: string, windowMs: number): Store {
  const prefix = `${name}/`;
  return {
    prefix,
    increment: async (key) => {
      const { hits, resetAt } = await count(db, { key: prefix + key, windowMs, at: new Date(clock.now()) });
      return { totalHits: hits, resetTime: resetAt };
    },
    decrement: (key) => uncount(db, { key: prefix + key }),
    resetKey: (key) => resetCount(db, { key: prefix + key }),
  };
}

const tooMany = (resetAt: Date, now: number): Problem =>
  new Problem('rate_limited', 'Too many requests from one client. Try again later.', {
    retryAfter: (resetAt.getTime() - now) / 1000,
  });
