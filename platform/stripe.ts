import Stripe from 'stripe';
import type { AccountCause } from '../domain/fault';
import { storable } from '../domain/text';
import type { Env } from './env';
import { type StripeCalls, timed } from './stripe-metrics';
import { permissionOf, permissionsShown } from './stripe-permissions';
import { tracedRequests } from './stripe-tracing';

/** Watches Stripe's answers for what concerns the whole account. */
export interface StripeWatch {
  refused(cause: AccountCause, subject?: string): unknown;
  worked(causes: AccountCause[], subject?: string): void;
}

/** Knows whether the key is of another account or mode than this installation's. */
export interface AccountGuard {
  /** Rejects if Stripe or the database does not answer. */
  isForeign(): Promise<boolean>;
}

/** The `code` of a refusal which says that the key is of another account or mode, so that nothing is found with it. */
export const OTHER_ACCOUNT = 'another_account';

/**
 * Stripe's client. Retries are left to the caller (an activity's policy, a storefront's key): the library's own
 * retries use keys of their own on some calls, and never follow a 429. The default time-out fits inside an
 * activity's.
 * @param timeout milliseconds for one call
 * @param watch is told of every answer
 * @param guard is asked before “no such object” is believed. If the key is another account's, the call is refused with
 * the code `OTHER_ACCOUNT` instead: nothing follows from what such a key cannot see.
 * @param calls hears of every call, with its time
 */
export function connectStripe(
  { STRIPE_SECRET_KEY, STRIPE_API_BASE }: Pick<Env, 'STRIPE_SECRET_KEY' | 'STRIPE_API_BASE'>,
  timeout = 12_000,
  watch?: StripeWatch,
  guard?: AccountGuard,
  calls?: StripeCalls,
): Stripe {
  const base = STRIPE_API_BASE ? new URL(STRIPE_API_BASE) : undefined;
  return new Stripe(STRIPE_SECRET_KEY, {
    timeout,
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'holdfast' },
    httpClient: guarded(
      watched(storableAnswers(tracedRequests(timed(Stripe.createNodeHttpClient(), calls))), watch),
      watch,
      guard,
    ),
    ...(base && {
      protocol: base.protocol === 'http:' ? ('http' as const) : ('https' as const),
      host: base.hostname.replace(/^\[|\]$/g, ''), // the brackets of an IPv6 address
      port: base.port || (base.protocol === 'http:' ? '80' : '443'),
    }),
  });
}

/** Makes every answer of Stripe storable, whatever a shopper typed there. */
const storableAnswers = (http: Stripe.HttpClient): Stripe.HttpClient => ({
  getClientName: () => http.getClientName(),
  async makeRequest(...request) {
    const response = await http.makeRequest(...request);
    const read = response.toJSON.bind(response);
    return Object.assign(response, { toJSON: async () => storable(await read()) });
  },
});

/** Reports what each answer of Stripe says about the whole account. */
function watched(http: Stripe.HttpClient, watch: StripeWatch | undefined): Stripe.HttpClient {
  if (!watch) return http;
  return {
    getClientName: () => http.getClientName(),
    async makeRequest(...request) {
      const [, , path, method] = request;
      try {
        const response = await http.makeRequest(...request);
        const status = response.getStatusCode();
        if (status !== 403) {
          report(watch, status, method, path);
          return response;
        }
        const body = response.toJSON();
        const permission = permissionOf(path, String((await errorIn(body))?.message ?? ''));
        if (permission !== null) watch.refused('stripe_permission', permission);
        return Object.assign(response, { toJSON: () => body });
      } catch (error) {
        watch.refused('stripe_down');
        throw error;
      }
    },
  };
}

/** Doubts every answer that an object does not exist. */
function guarded(http: Stripe.HttpClient, watch?: StripeWatch, guard?: AccountGuard): Stripe.HttpClient {
  if (!guard) return http;
  return {
    getClientName: () => http.getClientName(),
    async makeRequest(...request) {
      const response = await http.makeRequest(...request);
      const status = response.getStatusCode();
      if (status !== 404 && status !== 400) return response;
      const body = response.toJSON();
      body.catch(() => undefined); // its reader gets the error
      const isMissing = status === 404 || (await errorIn(body))?.code === 'resource_missing';
      if (!isMissing || !(await guard.isForeign())) return Object.assign(response, { toJSON: () => body });
      await watch?.refused('stripe_account');
      return Object.assign(response, { getStatusCode: () => 401, toJSON: async () => FOREIGN });
    },
  };
}

/** The error in an answer, if it is one of Stripe's. */
const errorIn = async (body: Promise<unknown>): Promise<{ code?: unknown; message?: unknown } | undefined> =>
  ((await body.catch(() => null)) as { error?: { code?: unknown; message?: unknown } } | null)?.error;

const FOREIGN = {
  error: {
    type: 'invalid_request_error',
    code: OTHER_ACCOUNT,
    message: 'The key is of another Stripe account or mode than the one this installation uses.',
  },
};

function report(watch: StripeWatch, status: number, method: string, path: string): void {
  if (status === 401) watch.refused('stripe_key');
  else if (status === 429 || status >= 500) watch.refused('stripe_down');
  else {
    watch.worked(['stripe_key', 'stripe_down']);
    for (const permission of permissionsShown(method, path)) watch.worked(['stripe_permission'], permission);
  }
}

/**
 * Checks that a response is the requested kind of object: the library resolves any response without an `error` key,
 * whatever its status.
 */
export function expectObject<T extends { object: string; id: string }>(answer: T, object: T['object']): T {
  if (answer?.object !== object || typeof answer.id !== 'string') throw new StripeAnswerError(object);
  return answer;
}

/** Something other than Stripe answered (a proxy's page, a cut body), so it is unknown what happened at Stripe. */
export class StripeAnswerError extends Error {
  override readonly name = 'StripeAnswerError';
  constructor(object: string) {
    super(`the response is not a ${object}`);
  }
}

/** As `expectObject`, for a page of a list. */
export function expectList<T>(answer: Stripe.ApiList<T>): Stripe.ApiList<T> {
  if (answer?.object !== 'list' || !Array.isArray(answer.data)) throw new StripeAnswerError('list');
  return answer;
}
