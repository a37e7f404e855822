import type { NextFunction, Request, Response } from 'express';
import Stripe from 'stripe';
import { Problem } from '../../domain/problem';
import type { Logger } from '../../platform/logger';
import { type ObjectFault, ObjectStoreError } from '../../platform/object-store-error';
import { StripeAnswerError } from '../../platform/stripe';
import { databaseIsAway, databaseRefusesAll } from '../../store/errors';
import { temporalProblem } from '../temporal-errors';
import { sendPage } from './html';
import { invalid } from './parse';
import type { ProblemPage } from './route';

/** Express's last handler: every error leaves as an RFC 9457 problem, without anything internal in it. */
export const problemHandler = (log: Logger) => (error: unknown, req: Request, res: Response, next: NextFunction) => {
  const problem = toProblem(error);
  if (problem.status >= 500) logFailure(log, req, problem, error);
  if (res.headersSent) return next(error);
  sendProblem(res, problem);
};

/** An operator should find the reason of every `5xx` in the log: an unexpected error, or a service that is down. */
function logFailure(log: Logger, req: Request, problem: Problem, error: unknown): void {
  const { code, detail, cause } = problem;
  if (error instanceof ObjectStoreError)
    log.warn({ err: error, request: req.id, code }, 'request failed'); // its alarm is an error
  else if (problem !== error) log.error({ err: error, request: req.id, code }, 'request failed');
  else log.warn({ request: req.id, code, detail, ...(cause !== undefined && { err: cause }) }, 'request failed');
}

export function sendProblem(res: Response, problem: Problem): void {
  const { retryAfter } = problem.extra;
  if (retryAfter !== undefined) res.set('retry-after', String(Math.max(1, Math.ceil(retryAfter))));
  if (problem.code === 'unauthorized') res.set('www-authenticate', 'Bearer');
  const page = res.locals.problemPage as ProblemPage | undefined;
  if (page) sendPage(res, problem.status, page(problem, res.req));
  else sendDocument(res, problem);
}

function sendDocument(res: Response, problem: Problem): void {
  res
    .status(problem.status)
    .set('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

/** What the caller is told about an error; an unexpected one is `500 internal`, without its message. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  for (const [matches, describe] of TABLE) if (matches(error)) return describe(error);
  return temporalProblem(error) ?? new Problem('internal', 'Something went wrong on our side. It has been logged.');
}

type Known = Error & { type?: string; status?: number };
const unavailable = () =>
  new Problem('unavailable', 'A service that this request needs is not responding. Try again.', { retryAfter: 2 });
const ofType =
  (...types: string[]) =>
  (error: unknown): error is Known =>
    error instanceof Error && types.includes((error as Known).type ?? '');

const TABLE: [(error: unknown) => boolean, (error: unknown) => Problem][] = [
  // Express's and body-parser's own (https://expressjs.com/en/resources/middleware/body-parser.html#errors).
  [ofType('entity.parse.failed'), () => invalid([{ path: '', message: 'the body is not JSON' }])],
  [ofType('entity.too.large'), () => new Problem('payload_too_large', 'The body is larger than this address accepts.')],
  [
    ofType('encoding.unsupported', 'charset.unsupported'),
    () => new Problem('unsupported_media_type', 'Send UTF-8, uncompressed.'),
  ],
  [
    (error) => error instanceof URIError,
    () => new Problem('invalid_request', 'The URL cannot be decoded.', { errors: [] }),
  ],
  [isClientFault, () => new Problem('invalid_request', 'The request is malformed.', { errors: [] })],
  // Services that the request needs and that do not respond.
  [(error) => error instanceof Stripe.errors.StripeError || error instanceof StripeAnswerError, unavailable],
  [databaseIsAway, unavailable],
  [databaseRefusesAll, unavailable],
  [(error) => error instanceof ObjectStoreError, (error) => STORAGE[(error as ObjectStoreError).fault]()],
];

const lost = () => new Problem('not_found', 'The file cannot be read at the moment. The shop has been notified.');
const STORAGE: Record<ObjectFault, () => Problem> = {
  missing: lost,
  changed: lost,
  // Until somebody has put it right.
  refused: () =>
    new Problem('unavailable', 'The file is not available right now. Try again later.', { retryAfter: 60 }),
  away: unavailable,
};

function isClientFault(error: unknown): boolean {
  const { status, expose } = error as { status?: number; expose?: boolean };
  return error instanceof Error && expose !== false && status !== undefined && status >= 400 && status < 500;
}
