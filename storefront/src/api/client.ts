import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Money = components['schemas']['Money'];
export type Product = components['schemas']['Product'];
export type Order = components['schemas']['Order'];
export type Checkout = components['schemas']['Checkout'];
export type CheckoutRequest = components['schemas']['CheckoutRequest'];
type Problem = components['schemas']['Problem'];

/**
 * Why a call failed: the API's own code, or `offline` when no answer came. `retryAfter` is in seconds; null when the
 * API gave none.
 */
export interface Failure {
  code: string;
  status: number;
  detail: string;
  retryAfter: number | null;
  items: NonNullable<Problem['items']>;
  errors: NonNullable<Problem['errors']>;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure };

/** The part of the API that a shopper needs. No call throws: failures are part of the answer. */
export const api = {
  // What a cache keeps may be a few seconds old. The page asks when it has just heard that something changed.
  products: () => settle(http.GET('/products', { cache: 'no-cache', signal: deadline() })),
  checkout: (body: CheckoutRequest, idempotencyKey: string) =>
    settle(
      http.POST('/checkout', {
        body,
        params: { header: { 'Idempotency-Key': idempotencyKey } },
        signal: deadline(),
      }),
    ),
  order: (sessionId: string) =>
    settle(http.GET('/orders/{sessionId}', { params: { path: { sessionId } }, signal: deadline() })),
  abandon: (sessionId: string) =>
    settle(
      http.POST('/orders/{sessionId}/abandon', {
        params: { path: { sessionId } },
        parseAs: 'text',
        signal: deadline(),
      }),
    ),
  recover: (token: string) =>
    settle(http.POST('/recover/{token}', { params: { path: { token } }, signal: deadline() })),
};

/** The stream of an order's changes. */
export const orderStreamUrl = (sessionId: string): string => `/orders/${encodeURIComponent(sessionId)}/stream`;

const http = createClient<paths>({ baseUrl: window.location.origin });

/** The API answers everything within 10 s; an answer that takes longer was lost on the way. */
const deadline = (): AbortSignal => AbortSignal.timeout(15_000);

async function settle<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call;
    // `data` is missing only when the answer has no body; then the status says everything.
    if (response.ok) return { ok: true, value: data as T };
    return { ok: false, failure: failureOf(response, error) };
  } catch {
    return { ok: false, failure: { ...NO_ANSWER, code: 'offline' } };
  }
}

const NO_ANSWER: Failure = { code: 'internal', status: 0, detail: '', retryAfter: null, items: [], errors: [] };

/** An error without a problem document came from a proxy in between: to the shopper, the shop is unavailable. */
function failureOf(response: Response, body: unknown): Failure {
  const problem = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return {
    code: problem.code ?? 'unavailable',
    status: response.status,
    detail: problem.detail ?? '',
    retryAfter: secondsOf(response.headers.get('retry-after')),
    items: problem.items ?? [],
    errors: problem.errors ?? [],
  };
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3). */
function secondsOf(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}
