import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { NextFunction, Request, Response } from 'express';
import Stripe from 'stripe';
import { Problem } from '../../domain/problem';
import { INVALID_TRANSITION, OUT_OF_STOCK } from '../../messages/refusals';
import type { Logger } from '../../platform/logger';
import { StripeAnswerError } from '../../platform/stripe';
import { databaseIsAway } from '../../store/errors';
import { invalid } from './route';

/** Express's last word: every error leaves as an RFC 9457 problem, and none says more than its code. */
export const problemHandler = (log: Logger) => (error: unknown, req: Request, res: Response, next: NextFunction) => {
  const problem = toProblem(error);
  if (problem.status >= 500 && problem !== error)
    log.error({ err: error, request: req.id, code: problem.code }, 'request failed');
  if (res.headersSent) return next(error);
  sendProblem(res, problem);
};

export function sendProblem(res: Response, problem: Problem): void {
  const { retryAfter } = problem.extra;
  if (retryAfter !== undefined) res.set('retry-after', String(Math.max(1, Math.ceil(retryAfter))));
  if (problem.code === 'unauthorized') res.set('www-authenticate', 'Bearer');
  res
    .status(problem.status)
    .set('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

/** What the caller is told about an error; what nobody expected is `500 internal` without a word of it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  for (const [is, tell] of TABLE) if (is(error)) return tell(error);
  return new Problem('internal', 'This is a fault of ours. It has been logged.');
}

type Known = Error & { type?: string; status?: number };
const unavailable = () =>
  new Problem('unavailable', 'Something this needs is not answering. Try again.', { retryAfter: 2 });
const ofType =
  (...types: string[]) =>
  (error: unknown): error is Known =>
    error instanceof Error && types.includes((error as Known).type ?? '');

const TABLE: [(error: unknown) => boolean, (error: unknown) => Problem][] = [
  // Express's and body-parser's own (https://expressjs.com/en/resources/middleware/body-parser.html#errors).
  [ofType('entity.parse.failed'), () => invalid([{ path: '', message: 'the body is not JSON' }])],
  [ofType('entity.too.large'), () => new Problem('payload_too_large', 'The body is larger than this address takes.')],
  [
    ofType('encoding.unsupported', 'charset.unsupported'),
    () => new Problem('unsupported_media_type', 'Send UTF-8, uncompressed.'),
  ],
  [
    (error) => error instanceof URIError,
    () => new Problem('invalid_request', 'The address cannot be read.', { errors: [] }),
  ],
  [isClientFault, () => new Problem('invalid_request', 'The request cannot be read.', { errors: [] })],
  // An update that the order's workflow refused.
  [isRefusal(INVALID_TRANSITION), (error) => new Problem('invalid_transition', refusal(error)?.message ?? '')],
  [
    isRefusal(OUT_OF_STOCK),
    (error) =>
      new Problem('out_of_stock', refusal(error)?.message ?? '', { items: refusal(error)?.details?.[0] ?? [] }),
  ],
  // What Holdfast needs and does not reach.
  [(error) => error instanceof WorkflowUpdateRPCTimeoutOrCancelledError, unavailable],
  [(error) => error instanceof ServiceError || isGrpcServiceError(error), unavailable],
  [(error) => error instanceof Stripe.errors.StripeError || error instanceof StripeAnswerError, unavailable],
  [databaseIsAway, unavailable],
];

function isClientFault(error: unknown): boolean {
  const { status, expose } = error as { status?: number; expose?: boolean };
  return error instanceof Error && expose !== false && status !== undefined && status >= 400 && status < 500;
}

function refusal(error: unknown): ApplicationFailure | undefined {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? cause : undefined;
}

function isRefusal(type: string) {
  return (error: unknown): boolean => refusal(error)?.type === type;
}
