import { type Failure, failureOf, noAnswer, type Result } from './failures.ts';
import { pause } from './pause.ts';

/** How long a call goes on. */
export interface Patience {
  /** Milliseconds until one try counts as lost. Default 15,000: the API answers everything within 10 s. */
  timeoutMs?: number | undefined;
  /**
   * Milliseconds after which no other try begins. Default 12,000; 0 tries once. When `Retry-After` asks for longer, the
   * failure is returned at once, with its `retryAfter`.
   */
  retryForMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** What openapi-fetch returns, of which `data` is missing only when the answer has no body. */
interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/**
 * Sends a request, and sends it again while its failure may pass: after `Retry-After`, otherwise after 1, 2, 4, …
 * seconds. Use it only for requests that do no harm when they arrive twice.
 */
export async function send<T>(
  call: (signal: AbortSignal) => Promise<Answer<T>>,
  { timeoutMs = 15_000, retryForMs = 12_000, signal }: Patience = {},
): Promise<Result<T>> {
  const start = Date.now();
  for (let backoff = 1_000; ; backoff *= 2) {
    const result = await once(call, timeoutMs, signal);
    if (result.ok || !PASSING.has(result.failure.code)) return result;
    const { retryAfter } = result.failure;
    // Clients that were refused together should not come back together.
    const wait = (retryAfter === null ? backoff : retryAfter * 1_000) * (1 + Math.random() / 10);
    if (Date.now() + wait > start + retryForMs) return result;
    await pause(wait, signal);
    if (signal?.aborted) return { ok: false, failure: noAnswer('aborted', signal.reason) };
  }
}

/** What passes by itself. */
const PASSING: ReadonlySet<Failure['code']> = new Set<Failure['code']>([
  'unavailable',
  'internal',
  'rate_limited',
  'too_many_open',
  'offline',
]);

async function once<T>(
  call: (signal: AbortSignal) => Promise<Answer<T>>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Result<T>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(`no answer within ${timeoutMs} ms`), timeoutMs);
  try {
    const { data, error, response } = await call(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
    return response.ok ? { ok: true, value: data as T } : { ok: false, failure: failureOf(response, error) };
  } catch (error) {
    return { ok: false, failure: noAnswer(signal?.aborted ? 'aborted' : 'offline', error) };
  } finally {
    clearTimeout(timer);
  }
}
