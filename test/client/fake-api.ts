import { createHoldfast, type Order } from '@holdfast/client';

/** An answer of the API, `lost` for none, or `never` for one that does not come while the call lasts. */
type Answer = Response | 'lost' | 'never';

/** An API that gives the answers of a test, one a request, and keeps what it was sent. */
export function fakeApi(...answers: (Answer | ((request: Request) => Answer))[]) {
  const requests: { method: string; path: string; headers: Headers; body: string }[] = [];
  const fetch = async (request: Request): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    requests.push({
      ...{ method: request.method, path: pathname + search, headers: request.headers },
      body: await request.clone().text(),
    });
    const next = answers.shift();
    const answer = typeof next === 'function' ? next(request) : next;
    if (answer === undefined) throw new Error(`no answer is left for ${request.method} ${pathname}`);
    if (answer === 'lost') throw new TypeError('fetch failed');
    if (answer !== 'never') return answer;
    return new Promise((_, reject) =>
      request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)),
    );
  };
  return { requests, fetch, shop: createHoldfast({ url: 'http://api.shop.test', fetch }) };
}

export const json = (body: unknown, status = 200): Response =>
  Response.json(body, { status, headers: { 'content-type': 'application/json' } });

export const problem = (code: string, status: number, { retryAfter, ...members }: Record<string, unknown> = {}) =>
  Response.json(
    { type: `urn:holdfast:problem:${code}`, title: code, status, detail: `about ${code}`, code, ...members },
    { status, headers: { 'x-request-id': 'r-1', ...(retryAfter !== undefined && { 'retry-after': `${retryAfter}` }) } },
  );

const none = { amount: 0, currency: 'eur' };
const total = { amount: 1_250, currency: 'eur' };

export const orderIn = (status: Order['status'], paymentStatus: Order['paymentStatus'] = 'PAID'): Order => ({
  ...{ number: '1001', sessionId: 'cs_test_1', status, paymentStatus, total, refunded: none },
  amounts: { subtotal: total, discount: none, shipping: none, tax: none, taxIncluded: none, total },
  items: [{ sku: 'mug', name: 'Mug', quantity: 1, unitAmount: total, total }],
  bought: [{ sku: 'mug', name: 'Mug', quantity: 1, unitAmount: total, total, contents: null }],
  ...{ shipments: [], downloads: [], licenceKeys: [] },
  ...{
    refundAwaitsBankDetails: null,
    refundedElsewhere: null,
    recoveryUrl: null,
    voucher: null,
    soldOut: false,
    halted: null,
  },
  ...{ createdAt: '2026-11-23T12:00:00Z', expiresAt: '2026-11-23T12:31:00Z', updatedAt: '2026-11-23T12:00:00Z' },
});

/** Lets a test move the clock, with pauses of exactly what was asked. What streams and promises need stays real. */
export function stopTheClock(): void {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    jest.spyOn(Math, 'random').mockReturnValue(0);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });
}
