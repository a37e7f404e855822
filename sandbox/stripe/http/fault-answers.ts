/** What a fault answers in the place of the truth; whether the request was carried out all the same, the fault says. */
import { type Answer, refusalAnswer } from './answer';
import {
  forbidden,
  invalid,
  keyInUse,
  noSuch,
  otherParameters,
  type Refusal,
  rateLimited,
  serverError,
  wrongKey,
} from './errors';
import type { Fault } from './faults';

/** Null for a fault that does not answer by itself. */
export function faultAnswer(fault: Fault, key: string | undefined, requestId: string): Answer | null {
  if (fault.kind === 'html')
    return { status: fault.status ?? 502, body: BAD_GATEWAY, headers: { 'Content-Type': 'text/html' } };
  if (fault.kind === 'bare') return { status: fault.status ?? 404, body: NOT_STRIPE };
  if (fault.kind === 'cut_body' && fault.committed === false) return refusalAnswer(serverError(), requestId);
  const refuse = REFUSALS[fault.kind];
  return refuse === undefined ? null : refusalAnswer(refuse(fault, key ?? ''), requestId);
}

const REFUSALS: Partial<Record<Fault['kind'], (fault: Fault, key: string) => Refusal>> = {
  rate_limit: ({ retryAfter }) => rateLimited(retryAfter),
  key_in_use: (_, key) => keyInUse(key),
  idempotency_error: (_, key) => otherParameters(key),
  invalid: ({ message = 'This request is invalid, as a test wants it.', code, param }) =>
    invalid(message, { ...(code && { code }), ...(param && { param }) }),
  missing: () => noSuch('object', 'as a test wants it'),
  unauthorized: () => wrongKey('sk_test_as_a_test_wants_it'),
  forbidden: () => forbidden(),
};

const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';
/** Of something between here and Stripe: without `error`, so that Stripe's library takes it for an answer, whatever its status. */
const NOT_STRIPE = '{ "message": "no Route matched with those values" }';
