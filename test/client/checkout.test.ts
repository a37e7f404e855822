import { type Cart, type CartStore, comeBack, recoverCheckout, startCheckout } from '@holdfast/client';
import { fakeApi, json, orderIn, problem, stopTheClock } from './fake-api';

stopTheClock();

const BODY = { items: [{ sku: 'mug', quantity: 1 }], currency: 'eur' };
const OTHER = { items: [{ sku: 'mug', quantity: 2 }], currency: 'eur' };
const ORDER = '/orders/cs_test_1';

const opened = (sessionId: string, status = 'PENDING') =>
  json({ sessionId, status, url: `http://pay.test/${sessionId}`, expiresAt: '2026-11-23T12:31:00Z' }, 201);
const unpaid = () => json(orderIn('PENDING', 'UNPAID'));
const expired = () => json(orderIn('EXPIRED', 'UNPAID'));
const payment = (sessionId: string) => ({ to: 'payment', url: `http://pay.test/${sessionId}`, sessionId });

let cart: CartStore;
beforeEach(() => {
  let kept: Cart = { lines: [], attempts: [] };
  const set = (part: Partial<Cart>) => {
    kept = { ...kept, ...part };
  };
  cart = { get: () => kept, set };
});

const keysIn = ({ requests }: ReturnType<typeof fakeApi>) =>
  requests.flatMap(({ path, headers }) => (path === '/checkout' ? [headers.get('idempotency-key')] : []));
const pathsIn = ({ requests }: ReturnType<typeof fakeApi>) => requests.map(({ path }) => path);
/** Starts a checkout, and lets the pauses in it pass. */
const start = async ({ shop }: ReturnType<typeof fakeApi>, body = BODY, basketId = 'cart') => {
  const starting = startCheckout(shop, cart, body, { basketId });
  await jest.runAllTimersAsync();
  return starting;
};

describe('an attempt to pay', () => {
  test('keeps its key after a lost answer, and is stored before anything is sent', async () => {
    const api = fakeApi('lost', 'lost', 'lost', 'lost', () => {
      expect(cart.get().attempts).toHaveLength(1);
      return opened('cs_test_1');
    });
    expect(await start(api)).toMatchObject({ to: 'nowhere', failure: { code: 'offline' } });
    expect(await start(api)).toEqual(payment('cs_test_1'));
    expect(new Set(keysIn(api)).size).toBe(1);
    expect(cart.get().attempts).toEqual([
      expect.objectContaining({
        sessionId: 'cs_test_1',
        heldUntil: '2026-11-23T12:31:00Z',
        request: JSON.stringify(BODY),
      }),
    ]);
  });

  test('leads to the same payment page again while that is open', async () => {
    const api = fakeApi(opened('cs_test_1'), unpaid(), opened('cs_test_1'));
    await start(api);
    expect(await start(api)).toEqual(payment('cs_test_1'));
    expect(pathsIn(api)).toEqual(['/checkout', ORDER, '/checkout']);
    expect(new Set(keysIn(api)).size).toBe(1);
  });

  test('gets a new key once its checkout has ended', async () => {
    const api = fakeApi(opened('cs_test_1'), expired(), opened('cs_test_2'));
    await start(api);
    expect(await start(api)).toEqual(payment('cs_test_2'));
    expect(new Set(keysIn(api)).size).toBe(2);
  });

  test('gets a new key when a lost answer turns out to be of a checkout that has ended', async () => {
    const api = fakeApi('lost', 'lost', 'lost', 'lost', opened('cs_test_1', 'EXPIRED'), expired(), opened('cs_test_2'));
    await start(api);
    expect(await start(api)).toEqual(payment('cs_test_2'));
    expect(new Set(keysIn(api)).size).toBe(2);
  });

  test('leads to the order when a lost answer turns out to be of a checkout that is paid', async () => {
    const api = fakeApi('lost', 'lost', 'lost', 'lost', opened('cs_test_1', 'PREPARING'), json(orderIn('PREPARING')));
    await start(api);
    expect(await start(api)).toEqual({ to: 'order', sessionId: 'cs_test_1' });
  });

  test('gets a new key after a refusal, and keeps it after a limit', async () => {
    const limited = () => problem('too_many_open', 429, { retryAfter: 300 });
    const api = fakeApi(problem('out_of_stock', 409, { items: [] }), limited(), limited());
    for (const code of ['out_of_stock', 'too_many_open', 'too_many_open'])
      expect(await start(api)).toMatchObject({ to: 'nowhere', failure: { code } });
    const [refused, limitedOnce, limitedTwice] = keysIn(api);
    expect(limitedOnce).not.toBe(refused);
    expect(limitedTwice).toBe(limitedOnce);
  });

  test('at a changed basket first closes the page of the earlier one', async () => {
    const api = fakeApi(
      ...[
        opened('cs_test_1'),
        unpaid(),
        json({ status: 'PENDING' }, 202),
        unpaid(),
        json(orderIn('CANCELLED', 'UNPAID')),
      ],
      opened('cs_test_2'),
    );
    await start(api);
    expect(await start(api, OTHER)).toEqual(payment('cs_test_2'));
    expect(pathsIn(api)).toEqual(['/checkout', ORDER, `${ORDER}/abandon`, ORDER, ORDER, '/checkout']);
    expect(cart.get().attempts.map(({ sessionId }) => sessionId)).toEqual(['cs_test_2']);
  });

  test('is over when the earlier page is paid: that order is shown, whatever is in the basket now', async () => {
    const api = fakeApi(opened('cs_test_1'), json(orderIn('PREPARING')));
    await start(api);
    expect(await start(api, OTHER)).toEqual({ to: 'order', sessionId: 'cs_test_1' });
  });

  test('at one basket leaves those at others alone', async () => {
    const api = fakeApi(opened('cs_test_1'), opened('cs_test_2'));
    await start(api);
    await start(api, OTHER, 'guide');
    expect(cart.get().attempts.map(({ basketId, sessionId }) => [basketId, sessionId])).toEqual([
      ['cart', 'cs_test_1'],
      ['guide', 'cs_test_2'],
    ]);
  });
});

describe('a shopper who comes back without having paid', () => {
  test.each([
    ['is told when they have paid after all', [problem('invalid_transition', 409)], 'paid'],
    [
      'of a session that nobody knows has nothing to close',
      [problem('unknown_order', 404), problem('unknown_order', 404)],
      'over',
    ],
    ['waits until the session is closed', [json({ status: 'PENDING' }, 202), unpaid(), expired()], 'over'],
  ])('%s', async (_, answers, outcome) => {
    const { shop } = fakeApi(...answers);
    const closing = comeBack(shop, cart, 'cs_test_1');
    await jest.runAllTimersAsync();
    expect(await closing).toBe(outcome);
  });

  test('waits four seconds at most', async () => {
    const api = fakeApi(json({ status: 'PENDING' }, 202), ...Array.from({ length: 8 }, unpaid));
    const closing = comeBack(api.shop, cart, 'cs_test_1');
    await jest.advanceTimersByTimeAsync(4_000);
    expect(await closing).toBe('over');
    expect(api.requests).toHaveLength(9);
  });

  test('keeps the attempt when the shop cannot be reached: it may be paid yet', async () => {
    const api = fakeApi(opened('cs_test_1'), problem('unavailable', 503, { retryAfter: 60 }));
    await start(api);
    expect(await comeBack(api.shop, cart, 'cs_test_1')).toMatchObject({ code: 'unavailable' });
    expect(cart.get().attempts).toHaveLength(1);
  });
});

test('a recovered checkout is an attempt of its own', async () => {
  const api = fakeApi(opened('cs_test_2'), problem('link_expired', 410));
  expect(await recoverCheckout(api.shop, cart, 'token')).toEqual(payment('cs_test_2'));
  expect(cart.get().attempts).toEqual([expect.objectContaining({ basketId: 'recover', sessionId: 'cs_test_2' })]);
  expect(await recoverCheckout(api.shop, cart, 'token')).toMatchObject({
    to: 'nowhere',
    failure: { code: 'link_expired' },
  });
});
