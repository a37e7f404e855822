/** The answer a fault gives instead of the true one. The fault says whether the request is carried out all the same. */
import { account } from '../objects/account';
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

/** @returns null for a fault that has no answer of its own */
export function faultAnswer(
  fault: Fault,
  { key, requestId, path, method }: { key: string | undefined; requestId: string; path: string; method: string },
): Answer | null {
  if (fault.kind === 'other_account') return ofOtherAccount(method, path, requestId);
  if (fault.kind === 'html')
    return { status: fault.status ?? 502, body: BAD_GATEWAY, headers: { 'Content-Type': 'text/html' } };
  if (fault.kind === 'bare') return { status: fault.status ?? 404, body: NOT_STRIPE };
  if (fault.kind === 'cut_body' && fault.committed === false) return refusalAnswer(serverError(), requestId);
  const refuse = REFUSALS[fault.kind];
  return refuse === undefined ? null : refusalAnswer(refuse(fault, key ?? ''), requestId);
}

/** Nothing that this sandbox keeps belongs to the other account. */
function ofOtherAccount(method: string, path: string, requestId: string): Answer {
  if (path === '/v1/account') return { status: 200, body: JSON.stringify({ ...account, id: 'acct_1OfSomeoneElse' }) };
  const isList = method === 'GET' && /^\/v1\/(?:checkout\/|radar\/)?[a-z_]+$/.test(path);
  if (!isList) return refusalAnswer(noSuch('object', path), requestId);
  return { status: 200, body: JSON.stringify({ object: 'list', data: [], has_more: false, url: path }) };
}

/** The refusal that a test has worded. */
export function refusedAs({
  message = 'This request is invalid because a test asked for it.',
  code,
  param,
}: Fault): Refusal {
  return invalid(message, { ...(code && { code }), ...(param && { param }) });
}

const REFUSALS: Partial<Record<Fault['kind'], (fault: Fault, key: string) => Refusal>> = {
  rate_limit: ({ retryAfter }) => rateLimited(retryAfter),
  key_in_use: (_, key) => keyInUse(key),
  idempotency_error: (_, key) => otherParameters(key),
  invalid: refusedAs,
  missing: () => noSuch('object', 'requested_by_a_test'),
  unauthorized: () => wrongKey('sk_test_requested_by_a_test'),
  forbidden: () => forbidden('rk_test_requested_by_a_test', 'rak_requested_by_a_test'),
};

const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';
/** From some proxy in between. It has no `error`, so Stripe's library takes it for an answer, whatever its status. */
const NOT_STRIPE = '{ "message": "no Route matched with those values" }';
