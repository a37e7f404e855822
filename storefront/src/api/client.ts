import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Money = components['schemas']['Money'];
export type Product = components['schemas']['Product'];
export type Order = components['schemas']['Order'];
export type Checkout = components['schemas']['Checkout'];
export type CheckoutRequest = components['schemas']['CheckoutRequest'];
type Problem = components['schemas']['Problem'];

/**
 * Why a call failed: the API's own code, or `offline` when no answer came. `retryAfter` is in seconds, from now; null when the API gave none.
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

/** The checkout API, as far as a shopper needs it. No call throws: what can go wrong is in the answer. */
export const api = {
  products: () => settle(http.GET('/products', { signal: deadline() })),
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

/** Where the server tells of each change of an order. */
export const orderStreamUrl = (sessionId: string): string => `/orders/${encodeURIComponent(sessionId)}/stream`;

const http = createClient<paths>({ baseUrl: window.location.origin });

/** The API answers everything within 10 s; what takes longer has been lost on the way. */
const deadline = (): AbortSignal => AbortSignal.timeout(15_000);

async function settle<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<Answer<T>> {
  try {
    const { data, error, response } = await call;
    // Only an answer without a body has no data, and of that the status is all there is to know.
    if (response.ok) return { ok: true, value: data as T };
    return { ok: false, failure: failureOf(response, error) };
  } catch {
    return { ok: false, failure: { ...NOTHING_KNOWN, code: 'offline' } };
  }
}

const NOTHING_KNOWN: Failure = { code: 'internal', status: 0, detail: '', retryAfter: null, items: [], errors: [] };

/** An answer that is not a problem document of ours came from something in between: for a shopper the shop is not available. */
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
