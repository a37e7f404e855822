import { type SessionId, sessionId } from '../../domain/ids';
import { countUse } from '../../store/orders/downloads';
import { describeClient } from '../client/examples';
import { type Api, Shop, until } from './shop';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.open({ HOLD_TTL_SECONDS: '3600' });
  await shop.world.product('mug', { stock: 1000 });
  await shop.world.product('ebook');
});
afterAll(() => shop?.close());

async function opened(sku = 'mug'): Promise<SessionId> {
  const { body } = await shop.checkout({ items: [{ sku, quantity: 1 }] });
  const id = sessionId(body.sessionId);
  shop.world.know(id);
  return id;
}

/** A browser's EventSource, as far as it matters here. */
async function follow(api: Api, id: string) {
  const gone = new AbortController();
  const response = await fetch(`${api.url}/orders/${id}/stream`, { signal: gone.signal });
  const seen = {
    orders: [] as { status: string; paymentStatus: string; downloads: { remaining: number }[] }[],
    ended: false,
    text: '',
  };
  const reading = (async () => {
    for await (const piece of response.body ?? []) {
      seen.text += Buffer.from(piece).toString();
      seen.orders = [...seen.text.matchAll(/^event: order\ndata: (.*)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
    }
    seen.ended = true;
  })().catch(() => undefined);
  return { response, seen, reading, leave: () => gone.abort() };
}

describe('the stream', () => {
  test('sends the order now and at each change, and ends when it is final', async () => {
    const id = await opened('ebook');
    const { response, seen, reading } = await follow(shop.api, id);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    await until(async () => seen.orders.length === 1);
    expect(seen.orders[0]).toEqual((await shop.http.get(`/orders/${id}`)).body);
    expect(seen.orders[0]).toMatchObject({ status: 'PENDING' });

    await shop.world.pay(id);
    await shop.world.webhook(id);
    await reading;
    expect(seen.ended).toBe(true);
    expect(seen.orders.at(-1)).toMatchObject({ status: 'COMPLETED', paymentStatus: 'PAID' });
  });

  test('of an order with goods and downloads sends it when a download is used', async () => {
    const items = ['mug', 'ebook'].map((sku) => ({ sku, quantity: 1 }));
    const id = sessionId((await shop.checkout({ items })).body.sessionId);
    shop.world.know(id);
    await shop.world.pay(id);
    await shop.world.webhook(id);
    await until(async () => (await shop.world.order(id)).status === 'PREPARING');
    const { seen, leave } = await follow(shop.api, id);
    await until(async () => seen.orders.length === 1);
    const [grant] = await shop.world.db.downloadGrant.findMany({ where: { sessionId: id } });
    const at = new Date(shop.world.now());
    expect(await countUse(shop.world.db, { id: grant?.id ?? '', at })).toBe(true);
    await until(async () => seen.orders.length === 2);
    expect(seen.orders.map(({ downloads }) => downloads[0]?.remaining)).toEqual([5, 4]);
    leave();
  });

  test('of a final order sends it once and ends', async () => {
    const id = await opened();
    await shop.http.post(`/orders/${id}/abandon`);
    await shop.world.end(id);
    const { seen, reading } = await follow(shop.api, id);
    await reading;
    expect(seen.orders).toEqual([expect.objectContaining({ status: 'CANCELLED' })]);
  });

  test('tells a browser that comes back to a final order to stop, once it has seen the end', async () => {
    const id = await opened();
    const pending = await follow(shop.api, id);
    await until(async () => pending.seen.orders.length === 1);
    const seenSoFar = /^id: (.+)$/m.exec(pending.seen.text)?.[1] ?? '';
    pending.leave();
    await shop.http.post(`/orders/${id}/abandon`);
    await shop.world.end(id);

    const back = await shop.http.get(`/orders/${id}/stream`).set('last-event-id', seenSoFar);
    expect([back.status, back.type]).toEqual([200, 'text/event-stream']);
    const last = /^id: (.+)$/m.exec(back.text)?.[1] ?? '';
    expect(last).not.toBe(seenSoFar);
    const again = await shop.http.get(`/orders/${id}/stream`).set('last-event-id', last);
    expect([again.status, again.text]).toEqual([204, '']);
  });

  test('of a paid session that is unknown here creates its order', async () => {
    const { id } = await shop.world.at<{ id: string }>('/sessions', {
      mode: 'payment',
      success_url: 'http://shop.test/success',
      line_items: [
        {
          price_data: { currency: 'eur', product_data: { name: 'x' }, unit_amount: 900 },
          quantity: 1,
          metadata: { sku: 'ebook' },
        },
      ],
    });
    await shop.world.pay(sessionId(id));
    const { seen, reading } = await follow(shop.api, id);
    await reading;
    expect(seen.orders.at(-1)).toMatchObject({ status: 'COMPLETED' });
  });

  test('of an unknown session is 404', async () => {
    const { response } = await follow(shop.api, 'cs_test_nobody');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });

  test('serves many clients with one query at a time, and forgets those who disconnect', async () => {
    const api = await shop.another();
    const id = await opened();
    const streams = await Promise.all(Array.from({ length: 5 }, () => follow(api, id)));
    await until(async () => streams.every(({ seen }) => seen.orders.length === 1));
    expect(await api.metric('holdfast_streams_open', {})).toBe(5);
    streams[0]?.leave();
    await until(async () => (await api.metric('holdfast_streams_open', {})) === 4);

    await shop.world.pay(id);
    await shop.world.webhook(id);
    await until(async () => streams.slice(1).every(({ seen }) => seen.orders.at(-1)?.status === 'PREPARING'));
    for (const { leave } of streams) leave();
    await api.close();
  });

  test('is limited per client', async () => {
    const api = await shop.another();
    const id = await opened();
    const streams = await Promise.all(Array.from({ length: 200 }, () => follow(api, id)));
    expect(streams.every(({ response }) => response.status === 200)).toBe(true);
    // They share one look at Stripe, and one statement that counts it.
    const looks = await shop.world.db.rateLimit.findMany({ where: { key: { startsWith: 'look/' } } });
    expect(looks.find(({ key }) => key.endsWith(id))).toMatchObject({ hits: 1 });
    const over = await follow(api, id);
    expect(over.response.status).toBe(429);
    streams[0]?.leave();
    await until(async () => {
      const again = await follow(api, id);
      again.leave();
      return again.response.status === 200;
    });
    for (const { leave } of streams) leave();
    await api.close();
  });

  test('ends when the process stops', async () => {
    const api = await shop.another();
    const { reading, seen } = await follow(api, await opened());
    await until(async () => seen.orders.length === 1);
    await api.close();
    await reading;
    expect(seen.ended).toBe(true);
  });

  test('answers HEAD with headers only', async () => {
    const answer = await shop.http.head(`/orders/${await opened()}/stream`);
    expect([answer.status, answer.type]).toEqual([200, 'text/event-stream']);
  });
});

describe('the client for storefronts, and its examples', () => describeClient(() => shop));
