import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createHoldfast, type Order, startCheckout, storedCart } from '@holdfast/client';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { sessionId } from '../../domain/ids';
import { POST as checkoutInNext } from '../../packages/client/examples/next/app/api/checkout/route';
import SuccessPage from '../../packages/client/examples/next/app/success/page';
import type { Api, Shop } from '../api/shop';

const KEY = 'storefront-key-of-the-examples';
const ADDRESS = '203.0.113.7';
const EXAMPLES = join(__dirname, '../../packages/client/examples');

/** Next.js is not installed here: its request's headers come from the test. */
jest.mock('next/headers', () => ({ headers: async () => new Headers({ 'x-real-ip': ADDRESS }) }), { virtual: true });

/**
 * Runs every example of packages/client but the one for browsers against a shop that sells `ebook`.
 * @param shopOf the shop, once it is open
 */
export function describeClient(shopOf: () => Shop): void {
  let shop: Shop;
  let api: Api;
  beforeAll(async () => {
    shop = shopOf();
    api = await shop.another({ STOREFRONT_KEYS: [{ name: 'web', secret: KEY }] });
  });
  afterAll(() => api?.close());

  const buy = async (id: string) => {
    shop.world.know(sessionId(id));
    await shop.world.pay(sessionId(id));
    await shop.world.webhook(sessionId(id));
  };

  test('the client buys, follows the order to its end, and finds it for the customer', async () => {
    const onServer = createHoldfast({ url: api.url, storefrontKey: KEY }).forShopper(ADDRESS);
    const kept = new Map<string, string>();
    const cart = storedCart({ getItem: (name) => kept.get(name) ?? null, setItem: kept.set.bind(kept) });
    const request = { items: [{ sku: 'ebook', quantity: 1 }], userId: 'user-of-the-client' };
    const first = await startCheckout(onServer, cart, request);
    const again = await startCheckout(onServer, cart, request);
    expect(again).toEqual(first);
    if (first.to !== 'payment') throw new Error(JSON.stringify(first));
    const statuses: Order['status'][] = [];
    for await (const news of onServer.follow(first.sessionId)) {
      if (!news.ok) throw new Error(news.failure.code);
      if (statuses.push(news.value.status) === 1) await buy(first.sessionId);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual(['PENDING', 'COMPLETED']);

    const orders = await onServer.customerOrders({ userId: 'user-of-the-client' });
    const order = orders.ok ? orders.value.data[0] : undefined;
    expect(order).toMatchObject({ sessionId: first.sessionId, status: 'COMPLETED' });
    const lookup = { number: order?.number ?? '', email: 'nobody@example.com' };
    expect(await onServer.findOrder(lookup)).toMatchObject({ ok: false, failure: { code: 'unknown_order' } });
    expect(await startCheckout(onServer, cart, request)).toEqual({ to: 'order', sessionId: first.sessionId });
  });

  describe('Next.js', () => {
    const before = { ...process.env };
    beforeAll(() => Object.assign(process.env, { HOLDFAST_URL: api.url, STOREFRONT_KEY: KEY }));
    afterAll(() => {
      process.env = before;
    });
    const checkout = async (sku: string, key: string) => {
      const body = JSON.stringify({ items: [{ sku, quantity: 1 }], key });
      const headers = { 'content-type': 'application/json', 'x-real-ip': ADDRESS };
      const answer = await checkoutInNext(
        new Request('http://shop.test/api/checkout', { method: 'POST', headers, body }),
      );
      return { status: answer.status, body: (await answer.json()) as { next: string; code: string; skus: string[] } };
    };
    const page = async (session_id: string) =>
      renderToStaticMarkup((await SuccessPage({ searchParams: Promise.resolve({ session_id }) })) as ReactElement);

    test('its route handler opens the checkout, its success page is rendered on the server', async () => {
      const { body } = await checkout('ebook', 'next-1');
      expect((await checkout('ebook', 'next-1')).body).toEqual(body);
      const id = /cs_[A-Za-z0-9_]+/.exec(body.next)?.[0] ?? '';
      expect(await page(id)).toMatch(/http-equiv="refresh".*Confirming your payment/i);
      await buy(id);
      await shop.world.end(sessionId(id));
      expect(await page(id)).toMatch(/^<h1>Complete, thank you.*The ebook: €12\.50.*href="[^"]+\/downloads\//);
      expect((await checkout('ebook', 'next-1')).body.next).toBe(`/success?session_id=${id}`);
      expect(await page('cs_test_nobody')).toBe('<h1>There is no such order</h1>');
      expect(await checkout('sold-never', 'next-2')).toEqual({
        status: 404,
        body: { code: 'unknown_sku', skus: ['sold-never'] },
      });
    });
  });

  withProgram('python3', 'a server in Python sells, and shows the order', async (started) => {
    const losing = await losingAnAnswer(api.url);
    const env = { HOLDFAST_URL: losing.url, STOREFRONT_KEY: KEY, PORT: '0' };
    const { lines } = started(join(EXAMPLES, 'python/shop.py'), [], env);
    const { value: url } = await lines.next();
    const shelf = await (await fetch(url)).text();
    const [, key = ''] = /name='key' value='(\w+)'><button name='sku' value='ebook'/.exec(shelf) ?? [];
    const press = () =>
      fetch(url, { method: 'POST', body: new URLSearchParams({ sku: 'ebook', key }), redirect: 'manual' });
    const [first, second] = [await press(), await press()].map((answer) => [
      answer.status,
      answer.headers.get('location'),
    ]);
    expect(second).toEqual(first);
    expect([first?.[0], losing.lost()]).toEqual([303, 1]);
    const id = /cs_[A-Za-z0-9_]+/.exec(String(first?.[1]))?.[0] ?? '';
    const page = async () => (await fetch(`${url}/success?session_id=${id}`)).text();
    expect(await page()).toMatch(/refresh.*PENDING/);
    await buy(id);
    await shop.world.end(sessionId(id));
    expect(await page()).toMatch(/COMPLETED<\/h1><a href='[^']+\/downloads\//);
    expect(await (await fetch(`${url}/success?session_id=cs_test_nobody`)).text()).toContain('unknown_order');
    losing.close();
  });

  withProgram('curl', 'curl in a shell buys, and follows the order to its end', async (started) => {
    const { lines, ended } = started(join(EXAMPLES, 'curl/buy.sh'), ['ebook'], { HOLDFAST_URL: api.url });
    const { value: pay } = await lines.next();
    const id = /cs_[A-Za-z0-9_]+/.exec(pay)?.[0] ?? '';
    expect(await lines.next()).toEqual({ value: 'PENDING', done: false });
    await buy(id);
    const rest = [];
    for await (const line of lines) rest.push(line);
    expect(rest.at(-1)).toBe('COMPLETED');
    expect(await ended).toBe(0);
  });
}

/** A server, behind a connection that breaks before the first checkout's answer. */
async function losingAnAnswer(url: string): Promise<{ url: string; lost: () => number; close: () => void }> {
  let lost = 0;
  const server = createServer((asked, answer) => {
    const { method, headers } = asked;
    const forwarded = request(new URL(asked.url ?? '', url), { method, headers }, (received) => {
      if (method === 'POST' && lost === 0) {
        lost += 1;
        asked.socket.destroy();
        return received.destroy();
      }
      return received.pipe(answer.writeHead(received.statusCode ?? 0, received.headers));
    });
    asked.pipe(forwarded);
  }).listen(0, '127.0.0.1');
  await once(server.unref(), 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, lost: () => lost, close: () => server.close() };
}

type Start = (
  script: string,
  args: string[],
  env: Record<string, string>,
) => { lines: AsyncIterableIterator<string>; ended: Promise<number | null> };

/** A test that runs a script in a program of this machine. Where that is missing, the test is skipped and says so. */
function withProgram(program: 'python3' | 'curl', name: string, run: (start: Start) => Promise<void>): void {
  if (spawnSync(program, ['--version']).status !== 0) {
    test.skip(`${name} (skipped: there is no ${program} here)`, () => undefined);
    return;
  }
  const children: ChildProcess[] = [];
  // Also after a test that gave up waiting for one.
  afterAll(() => {
    for (const child of children) child.kill();
  });
  test(name, () =>
    run((script, args, env) => {
      const child = spawn(program === 'curl' ? 'sh' : program, [script, ...args], {
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const ended = once(child, 'exit').then(([code]) => code as number | null);
      return { lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), ended };
    }),
  );
}
