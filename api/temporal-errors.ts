import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { Problem } from '../domain/problem';
import { INVALID_TRANSITION, NOT_RECORDED, OUT_OF_STOCK } from '../messages/refusals';
import { isRefused, isTooLate, refusalOf } from '../platform/temporal-errors';

/** What the errors of Temporal's client mean to those who call the API. */

/** No answer came in time, as the call's deadline or the timer beside it noticed. */
export const isLate = (error: unknown): boolean =>
  isTooLate(error) || (error instanceof Problem && error.code === 'unavailable');

/** What the caller hears about an error of Temporal's client; null for any other error. */
export function temporalProblem(error: unknown): Problem | null {
  const refusal = isRefused(error) ? refusalOf(error) : null;
  if (refusal?.type === INVALID_TRANSITION) return new Problem('invalid_transition', refusal.message);
  if (refusal?.type === OUT_OF_STOCK)
    return new Problem('out_of_stock', refusal.message, { items: refusal.details?.[0] ?? [] });
  return isUnavailable(error) ? temporalUnavailable() : null;
}

/** @param cause why, for the log */
export const temporalUnavailable = (cause?: Error): Problem =>
  new Problem('unavailable', 'Orders cannot be reached right now. Try again.', { retryAfter: 2 }, { cause });

/** Temporal or a worker cannot be reached, or its database cannot: nothing is known to be done. */
export const isUnavailable = (error: unknown): boolean =>
  isLate(error) ||
  error instanceof ServiceError ||
  isGrpcServiceError(error) ||
  refusalOf(error)?.type === NOT_RECORDED;
