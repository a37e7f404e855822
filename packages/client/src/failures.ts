import type { components } from './generated/schema.ts';

type Problem = components['schemas']['Problem'];

/** The codes of the API's problem documents. */
export type ProblemCode = Problem['code'];

/** What every failure says. */
interface Told {
  /** The HTTP status; 0 when no answer came. */
  status: number;
  /** For developers, in English. Write your own words for shoppers. */
  detail: string;
  /** In seconds; null when the API gave none. */
  retryAfter: number | null;
  /** The answer's `X-Request-Id`, which the API's log has too. */
  requestId: string | null;
}

/** What some codes say besides. */
interface Besides {
  /** Which fields are wrong, and why. */
  invalid_request: { errors: { path: string; message: string }[] };
  /** What is missing, and how many there are. */
  out_of_stock: { items: { sku: string; requested: number; available: number }[] };
  /** What cannot be sold at the moment. */
  not_for_sale: { items: { sku: string }[] };
  /** In a cart, what is no longer sold. */
  unknown_sku: { skus: string[] };
  /** What has no price in the currency; empty where shipping has none. */
  currency_unavailable: { skus: string[] };
}

type ProblemFailure = {
  [Code in ProblemCode]: { code: Code } & Told & (Code extends keyof Besides ? Besides[Code] : unknown);
}[ProblemCode];

/**
 * Why a call failed. Decide by `code`: those of the API; `offline`, no answer came; `aborted`, the caller's signal
 * ended the call; `unexpected`, a code that is newer than this client (`problem` has it).
 */
export type Failure =
  | ProblemFailure
  | ({ code: 'offline' | 'aborted' } & Told)
  | ({ code: 'unexpected'; problem: string } & Told);

export type FailureCode = Failure['code'];

/** The failure with one of these codes. */
export type FailureOf<Code extends FailureCode> = Extract<Failure, { code: Code }>;

/** Calls do not throw: what can go wrong is part of the result. */
export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** Every code of the API, with the list that its problem document has besides. */
export const PROBLEMS: Record<ProblemCode, 'errors' | 'items' | 'skus' | null> = {
  currency_unavailable: 'skus',
  downloads_used_up: null,
  headers_too_large: null,
  idempotency_key_reused: null,
  internal: null,
  invalid_payload: null,
  invalid_request: 'errors',
  invalid_signature: null,
  invalid_transition: null,
  link_expired: null,
  link_invalid: null,
  link_revoked: null,
  method_not_allowed: null,
  not_for_sale: 'items',
  not_found: null,
  out_of_stock: 'items',
  payload_too_large: null,
  range_not_satisfiable: null,
  rate_limited: null,
  refund_exceeds_remaining: null,
  request_timeout: null,
  stock_conflict: null,
  too_many_open: null,
  unauthorized: null,
  unavailable: null,
  unknown_dispute: null,
  unknown_order: null,
  unknown_sku: 'skus',
  unsupported_media_type: null,
};

/**
 * The failure that an answer tells of. One without a problem document came from a proxy in between: to the caller,
 * the API is unavailable.
 */
export function failureOf(response: Response, body: unknown): Failure {
  const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {};
  const told: Told = {
    status: response.status,
    detail: problem.detail ?? '',
    retryAfter: secondsOf(response.headers.get('retry-after')),
    requestId: response.headers.get('x-request-id'),
  };
  if (typeof problem.code !== 'string') return { ...told, code: 'unavailable' };
  if (!Object.hasOwn(PROBLEMS, problem.code)) return { ...told, code: 'unexpected', problem: problem.code };
  const list = PROBLEMS[problem.code];
  return { ...told, code: problem.code, ...(list && { [list]: problem[list] ?? [] }) } as Failure;
}

/** The failure of a call that got no answer. */
export const noAnswer = (code: 'offline' | 'aborted', reason: unknown): Failure => ({
  code,
  status: 0,
  detail: String(reason),
  retryAfter: null,
  requestId: null,
});

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
